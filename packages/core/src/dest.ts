import type { Clock } from "./clock.js";
import type { AnyDestination } from "./destination.js";
import { Instance } from "./instance.js";
import type { Limits, WhenFull } from "./limits.js";
import type { Outbox, Retention } from "./outbox.js";
import type { ArgsOf, Dest } from "./types.js";
import { refuseUnknownOptions } from "./unknown-keys.js";

export interface DestOptions<D extends Readonly<Record<string, AnyDestination>>> {
  /** The keys become the names on `$.send`. */
  readonly destinations: D;
  /** Default `memoryOutbox()`. */
  readonly outbox?: Outbox | undefined;
  /** What becomes of the sends of a run that throws. Default `"discard"`. */
  readonly onError?: "discard" | "deliver" | undefined;
  /** A key the destination does not read. Default `"throw"`; `"warn"` says so once for each. */
  readonly unknownKeys?: "throw" | "warn" | undefined;
  readonly limits?: Limits | undefined;
  /** Default `"reject"`. */
  readonly whenFull?: WhenFull | undefined;
  readonly retention?: Retention | undefined;
  /** More names whose values are hidden in records, whatever their case. */
  readonly redact?: readonly string[] | undefined;
  /** On these, close first and let the signal end the process then. Default none. */
  readonly closeOn?: readonly NodeJS.Signals[] | undefined;
  /** For tests: `manualClock()` of `@dest/core/testing`. */
  readonly clock?: Clock | undefined;
}

const optionNames = [
  "destinations",
  "outbox",
  "onError",
  "unknownKeys",
  "limits",
  "whenFull",
  "retention",
  "redact",
  "closeOn",
  "clock",
];

/** Makes an instance: its destinations, its outbox, and the lanes that deliver between them. */
export function createDest<const D extends Readonly<Record<string, AnyDestination>>>(
  options: DestOptions<D>,
): Dest<{ readonly [K in keyof D]: ArgsOf<D[K]> }> {
  refuseUnknownOptions("createDest", options, optionNames);
  return new Instance(options) as unknown as Dest<{ readonly [K in keyof D]: ArgsOf<D[K]> }>;
}
