import { createHash } from "node:crypto";
import type { AnyDestination } from "./destination.js";
import { asError, DestError } from "./errors.js";
import type { NewMessage } from "./outbox.js";
import type { Registered } from "./registry.js";
import { type Sent, UnansweredSend } from "./sent.js";
import { jsonBytes } from "./size.js";
import { snapshot } from "./snapshot.js";
import { unknownKey, unknownKeysOf, without } from "./unknown-keys.js";

/** What every destination's send can be given, as `$.with({ … }).send.name(…)`. Durations are milliseconds. */
export interface SendOptions {
  /** Not before so long after the call. */
  readonly delay?: number | undefined;
  /** Not after so long after the call: then it is dead with `DEST_EXPIRED`. Counts until it is sealed in a batch. */
  readonly expiresIn?: number | undefined;
  /** Sends of one destination and group that share a key are delivered strictly one after another. */
  readonly orderKey?: string | undefined;
  /** Default: the message id. */
  readonly idempotencyKey?: string | undefined;
}

/** Where captured sends collect: a run, as one of its steps sees it. */
export interface Capturing {
  readonly step: string | undefined;
  readonly remembered: boolean;
  readonly unknownKeys: "throw" | "warn";
  now(): number;
  /** Throws `DEST_RUN_ENDED`. */
  checkOpen(): void;
  nextId(): string;
  add(message: NewMessage): void;
  warnOfKey(to: Registered, key: string): void;
  /** Somebody takes what a send returned for an answer. */
  warnOfRead(to: Registered, member: string): void;
}

/** One `$.send.name(...)`: validated and copied now, sent later. Errors point at the line that called `caller`. */
export function capture(
  run: Capturing,
  to: Registered,
  args: readonly unknown[],
  options: SendOptions | undefined,
  caller: (...args: never[]) => unknown,
): Sent {
  try {
    run.checkOpen();
    const prepared: unknown = to.destination.prepare(...known(run, to, args));
    const value = to.destination.preparesAnew ? prepared : snapshot(prepared, "", "keep");
    // Only now: a toJSON of the payload may itself have sent.
    const id = run.nextId();
    run.add(toMessage(id, run, to, value, options));
    // Code that may give keys we do not know may also expect what we do not return.
    if (run.unknownKeys === "warn") return new UnansweredSend(id, run, to);
    return Object.freeze({ id });
  } catch (thrown) {
    throw atCaller(thrown, to.name, caller);
  }
}

function known(run: Capturing, to: Registered, args: readonly unknown[]): readonly unknown[] {
  const unknown = unknownKeysOf(to, args[0]);
  if (!unknown) return args;
  if (run.unknownKeys === "throw") throw unknownKey(to, unknown[0] as string, "DEST_INVALID_PAYLOAD");
  for (const key of unknown) run.warnOfKey(to, key);
  return [without(args[0], unknown), ...args.slice(1)];
}

function toMessage(
  id: string,
  run: Capturing,
  to: Registered,
  value: unknown,
  options: SendOptions | undefined,
): NewMessage {
  const { name, destination, policy } = to;
  const now = options?.delay === undefined && options?.expiresIn === undefined ? 0 : run.now();
  return {
    id,
    destination: name,
    group: destination.groupKey?.(value) ?? "",
    batchKey: policy.batch ? (destination.batchKey?.(value) ?? "") : undefined,
    orderKey: options?.orderKey ?? destination.orderKey?.(value),
    idempotencyKey: options?.idempotencyKey,
    availableAt: options?.delay === undefined ? undefined : now + options.delay,
    expiresAt: options?.expiresIn === undefined ? undefined : now + options.expiresIn,
    step: run.step,
    bytes: sizeOf(destination, value),
    value,
    hash: run.remembered ? hashOf(name, value) : undefined,
  };
}

// The limits and ceilings count with it: what is no number would disable them.
function sizeOf(destination: AnyDestination, value: unknown): number {
  const bytes = destination.sizeOf?.(value) ?? Number.NaN;
  return bytes >= 0 && bytes < Number.POSITIVE_INFINITY ? bytes : jsonBytes(value);
}

function hashOf(destination: string, value: unknown): string {
  const text = JSON.stringify([destination, value], (_key, member: unknown) =>
    member instanceof Uint8Array ? Buffer.from(member).toString("base64") : member,
  );
  return createHash("sha256").update(text).digest("base64");
}

function atCaller(thrown: unknown, name: string, caller: (...args: never[]) => unknown): DestError {
  const cause = asError(thrown);
  const code = DestError.is(thrown) ? thrown.code : "DEST_INVALID_PAYLOAD";
  const prefix = `$.send.${name}: `;
  const message = cause.message.startsWith(prefix) ? cause.message : prefix + cause.message;
  const error = new DestError(code, message, {
    cause: cause.cause ?? (DestError.is(thrown) ? undefined : thrown),
    retryable: false,
  });
  Error.captureStackTrace(error, caller);
  return error;
}
