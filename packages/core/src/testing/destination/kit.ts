import type { Destination } from "../../destination.js";
import type { Subject } from "./subject.js";

/** What a destination, or the service behind it, may be unable to do. */
export type DestinationCapability =
  | "transient"
  | "permanent"
  | "throttle"
  | "silent"
  | "partial"
  | "idempotency"
  | "invalid"
  | "secrets";

/** How the service ends one attempt. */
export type ServiceAnswer =
  /** Takes all of it. */
  | "accept"
  /** Takes nothing, with a failure that passes. */
  | "transient"
  /** Takes nothing, and never will. */
  | "permanent"
  /** Takes nothing, and asks to be left alone for {@link throttleMs}. */
  | "throttle"
  /** Takes nothing and says nothing: the attempt stays open. */
  | "silent"
  /** Takes all but the last message of the batch, and will never take that one. */
  | "partial";

/** Milliseconds for which a service that is told to throttle asks to be left alone. */
export const throttleMs = 7_000;

/** One message that the service took, and will not give back. */
export interface Taken {
  /** The number that `call` was given. */
  readonly call: number;
  /** What the service could tell a repetition by, such as an idempotency key or the name of an object. */
  readonly key?: string | undefined;
}

/** A real service on this machine, for one case. */
export interface DestinationService {
  /** What it took so far, in that order; a message it took twice is there twice. */
  taken(): readonly Taken[] | Promise<readonly Taken[]>;
  /** Ends it with all its connections. */
  close(): unknown;
}

/** A call that `prepare` must refuse, and the path that its error must name. */
export interface InvalidCall {
  readonly args: readonly unknown[];
  readonly path: string;
}

// biome-ignore lint/suspicious/noExplicitAny: what a plugin prepares is its own
type Subjected<Args extends readonly unknown[]> = Destination<Args, any>;

export interface DestinationTest<
  Args extends readonly unknown[],
  Service extends DestinationService = DestinationService,
> {
  /** Your runner's: `test` of vitest, node:test, jest. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  /**
   * A new service. It calls `answer` once for each attempt, when that has reached it whole, and does what it is told;
   * what it takes must be in `taken` before it answers.
   */
  serve(answer: () => ServiceAnswer): Service | Promise<Service>;
  /** A new destination, from your factory, that delivers to this service. */
  create(service: Service): Subjected<Args>;
  /**
   * Arguments of `$.send`, new ones each time, but equal for equal numbers. Numbers count from 0. `taken` must be able
   * to tell them apart; where the destination batches they share a batch.
   */
  call(number: number, service: Service): readonly [...NoInfer<Args>];
  readonly invalid?: readonly InvalidCall[];
  /** What the calls or the options hold that no record, event or error may show. */
  readonly secrets?: readonly string[];
  /** The only way to leave cases out: what it cannot do, and why. The reason is printed. */
  readonly cannot?: { readonly [C in DestinationCapability]?: string };
  /** Milliseconds after which something that should happen is taken not to. Default 3,000. */
  readonly patience?: number;
}

export type AnyDestinationTest = DestinationTest<readonly unknown[], DestinationService>;

/** One thing the contract asks. */
export interface DestinationCase {
  readonly name: string;
  readonly needs?: DestinationCapability;
  run(subject: () => Promise<Subject>, kit: AnyDestinationTest): Promise<void>;
}
