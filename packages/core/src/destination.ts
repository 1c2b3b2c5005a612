import type { Clock } from "./clock.js";
import type { RunOptions } from "./deferral.js";
import { type DestError, invalidOption } from "./errors.js";
import type { JsonValue } from "./json.js";
import { mergePolicies, type Policy, policyNames, type ResolvedPolicy } from "./policy.js";
import type { ArgsByName, OpenRun } from "./types.js";
import { refuseUnknownOptions } from "./unknown-keys.js";

/** Where a message comes from. */
export interface Origin {
  readonly runId: string;
  readonly workflow?: string;
  readonly step?: string;
  /** Id of the message whose delivery started this run, if one did. */
  readonly parent?: string;
  /** 0 for a run of its own, one more than its parent otherwise. */
  readonly depth: number;
}

export interface Message<P> {
  /** `<runId>.<ordinal>` */
  readonly id: string;
  /** What `prepare` returned, as it was at the call. Not to be changed: a retry gets the same object. */
  readonly value: P;
  /** Epoch milliseconds of the commit. */
  readonly acceptedAt: number;
  readonly origin: Origin;
  /** The one given in `$.with`, else the message id. The same on every attempt. */
  readonly idempotencyKey: string;
}

/** What one attempt delivers. A destination without a batch policy gets batches of one. */
export interface Batch<P> {
  /** The same on every attempt, also after a crash. The message id where the batch has one message. */
  readonly id: string;
  readonly key: string;
  readonly group: string;
  /** Epoch milliseconds; stable like the id. For a destination that does not batch: when the message was accepted. */
  readonly sealedAt: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** What was already done, as the last outcome said that said so. */
  readonly progress?: JsonValue;
  readonly messages: readonly [Message<P>, ...Message<P>[]];
}

export interface DeliverContext {
  /** The name it is registered under. */
  readonly name: string;
  /** Aborts when the attempt's time is over or the program closes. Stop then: the attempt is already settled. */
  readonly signal: AbortSignal;
  /** Calls `stop` when `signal` aborts: one function, for paths on which a listener costs too much. */
  onAbort(stop: (reason: DestError) => void): void;
  readonly clock: Clock;
  /**
   * Keeps what was sent and received in the delivery record, also of an attempt that times out later. Secrets are
   * redacted and long text is cut by core. Calling it again adds to what was given before. What is given is kept as it
   * is: change it no more.
   */
  record(part: { request?: JsonValue; response?: JsonValue }): void;
}

export interface OpenContext {
  readonly name: string;
  /** The one in force: every default filled in. */
  readonly policy: ResolvedPolicy;
  /** Aborts when the program closes. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Becomes a `warning` event. */
  warn(message: string): void;
  /**
   * A run of the same instance, for destinations whose delivery runs code that sends in turn: give it the message as
   * `parent`. Possible while the instance closes, too, as long as it still delivers. Throws `DEST_CLOSED` after that.
   */
  begin(options: RunOptions): OpenRun<ArgsByName>;
}

/** How an attempt ended. An expected failure is a value, not an exception. */
export type Outcome =
  | { readonly status: "delivered"; readonly receipt?: JsonValue }
  /** Transient. `afterMs`: not before that many milliseconds. `progress` comes back as `batch.progress` until replaced. */
  | {
      readonly status: "retry";
      readonly error: DestError;
      readonly afterMs?: number;
      readonly progress?: JsonValue;
    }
  /** Permanent: the message becomes a dead letter. */
  | { readonly status: "rejected"; readonly error: DestError };

/** What a plugin implements. `Args` is what users pass to `$.send.name(...)`. */
export interface Destination<Args extends readonly unknown[], Prepared> {
  /** What it is, as in `"http"` or `"acme/slack"`; the name on `$.send` is the user's choice. */
  readonly kind: string;
  readonly apiVersion: 1;
  /** Defaults for what the user does not set. */
  readonly policy?: Policy | undefined;
  /** The keys it reads of its first argument. Core refuses others, or warns of them (`unknownKeys`). */
  readonly accepts?: readonly string[] | undefined;
  /**
   * Synchronous, pure, no I/O. Validates and shapes what the user gave; throws `invalid(path, value)`, which surfaces at
   * the user's line. Core takes a snapshot of what it returns, so it may return its argument. The value must survive
   * serialization: JSON and Uint8Array.
   */
  prepare(...args: Args): Prepared;
  /**
   * `prepare` returns a value made for this send alone, of JSON and Uint8Array and with nothing in it that the caller
   * could still change: core takes it as it is, without a snapshot.
   */
  readonly preparesAnew?: boolean | undefined;
  /** Bytes as they will be sent, before compression. Default: the length of the value's JSON. */
  sizeOf?(prepared: Prepared): number;
  /** What fails together, such as an origin: concurrency and pause are counted per group. Default: one group. */
  groupKey?(prepared: Prepared): string;
  /** Which messages may share a batch. Default: all of one group. */
  batchKey?(prepared: Prepared): string;
  /** Messages with the same key are delivered strictly one after another. `$.with({ orderKey })` wins. */
  orderKey?(prepared: Prepared): string | undefined;
  /** Once, before the first delivery. A failure is a retry of what waited for it, and it is called again. */
  open?(context: OpenContext): Promise<void> | void;
  /**
   * One attempt. May be called again with the same batch id, after a timeout or a crash, even if the last call
   * delivered. One outcome speaks for the whole batch; a map speaks per message id. Runs in parallel with itself up to
   * `concurrency`.
   */
  deliver(batch: Batch<Prepared>, context: DeliverContext): Promise<Outcome | ReadonlyMap<string, Outcome>>;
  /** Rejects when the service cannot be reached. */
  probe?(context: OpenContext): Promise<void>;
  close?(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: a registry holds destinations of every argument and prepared type
export type AnyDestination = Destination<any, any>;

/**
 * Makes a plugin's factory. The options a user gives are the plugin's own plus the whole policy, which is laid over
 * the plugin's defaults here; `batch` only where those have it. With `optionNames`, the names of its own options, any
 * other is refused.
 */
export function defineDestination<Args extends readonly unknown[], P, O extends object = object>(
  make: (options: O) => Destination<Args, P>,
  optionNames?: readonly (keyof O & string)[],
): object extends O
  ? (options?: O & Policy) => Destination<Args, P>
  : (options: O & Policy) => Destination<Args, P> {
  const factory = (options: O & Policy = {} as O & Policy): Destination<Args, P> => {
    if (optionNames) refuseUnknownOptions("options", options, [...optionNames, ...policyNames]);
    const destination = make(options);
    if (options.batch && destination.policy?.batch === undefined) {
      throw invalidOption(
        "batch",
        options.batch,
        `a ${destination.kind} destination sends each message alone`,
      );
    }
    return Object.assign(destination, { policy: mergePolicies(destination.policy, options) });
  };
  return factory as ReturnType<typeof defineDestination<Args, P, O>>;
}
