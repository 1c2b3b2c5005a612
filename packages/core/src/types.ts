import type { SendOptions } from "./capture.js";
import type { Clock } from "./clock.js";
import type { RunOptions } from "./deferral.js";
import type { Destination } from "./destination.js";
import type { DestError } from "./errors.js";
import type { DestEvents, EventName } from "./events.js";
import type { DeliveryRecord, DestinationStats, ListPage, ListQuery, ReplayQuery } from "./outbox.js";
import type { Sent } from "./sent.js";

/** What each registered destination takes: argument tuples by name. */
export type ArgsByName = { readonly [name: string]: readonly unknown[] };

// What a plugin prepares is its own.
// biome-ignore lint/suspicious/noExplicitAny: an argument type would be compared with it
type WithArgs<Args extends readonly unknown[]> = Destination<Args, any>;

/** The arguments of a destination, spelled out member by member, so that a plugin may keep its types private. */
export type ArgsOf<D> = D extends WithArgs<infer Args> ? SpelledOut<Args> : never;

type SpelledOut<Args> = { [I in keyof Args]: Members<Args[I]> };
type Members<T> = unknown extends T ? T : T extends Plain ? T : { [K in keyof T]: T[K] };
type Plain =
  | string
  | number
  | boolean
  | null
  | undefined
  | bigint
  | symbol
  | ((...args: never[]) => unknown)
  | readonly unknown[]
  | Uint8Array
  | Date
  | URL;

export type Send<M extends ArgsByName> = { readonly [K in keyof M]: (...args: [...M[K]]) => Sent };

/** What a run's work gets: `$`. */
export interface Run<M extends ArgsByName> {
  /** The run id. */
  readonly id: string;
  readonly send: Send<M>;
  /** The same `send`, with options that every destination has. */
  with(options: SendOptions): { readonly send: Send<M> };
}

/** The `$` of an instance, to type helper functions: `function notify($: RunOf<typeof dest>) { … }`. */
export type RunOf<D> = D extends Dest<infer M> ? Run<M> : never;

/** A run whose ends are yours, for frameworks that cannot wrap a function. */
export interface OpenRun<M extends ArgsByName> {
  readonly $: Run<M>;
  readonly id: string;
  /** The time of the instance, for what runs in it. */
  readonly clock: Clock;
  /** A `$` whose sends say in their origin which step made them. */
  as(step: string): Run<M>;
  /** Ids of what was sent so far, in order. */
  ids(): string[];
  /** Commits what was sent so far; the run goes on. */
  checkpoint(): Promise<void>;
  /** Commits the rest and ends the run. Twice is the same as once. */
  commit(): Promise<void>;
  /** Ends the run without sending what no checkpoint committed. */
  discard(): void;
}

export interface Counts {
  /** By this instance, since it was created. */
  readonly delivered: number;
  readonly dead: number;
  /** In the outbox now. */
  readonly pending: number;
}

export interface ProbeResult {
  readonly ok: boolean;
  readonly error?: DestError;
}

export interface Messages {
  get(id: string): Promise<DeliveryRecord | undefined>;
  list(query?: ListQuery): Promise<ListPage>;
  /** Puts dead letters back in line, at the tail. Answers how many. */
  replay(query: ReplayQuery): Promise<{ readonly replayed: number }>;
  stats(): Promise<Readonly<Record<string, DestinationStats>>>;
}

export interface Dest<M extends ArgsByName> {
  /**
   * Runs `work` and resolves with what it returns, once its sends are in the outbox. Rejects with the work's own error;
   * with `DEST_OUTBOX_FULL`, whose `value` is what the work returned; with `DEST_CLOSED` after `close`.
   */
  run<T>(work: ($: Run<M>) => T | PromiseLike<T>, options?: RunOptions): Promise<T>;
  begin(options?: RunOptions): OpenRun<M>;
  readonly messages: Messages;
  /** Returns the function that ends it. */
  on<E extends EventName>(event: E, listener: (payload: DestEvents[E]) => void): () => void;
  /**
   * Closes open batches and resolves when all that was accepted before the call is delivered, dead, or waiting for a
   * retry due later than `timeout` (milliseconds, default 10,000); at the latest after that time.
   */
  flush(options?: { readonly timeout?: number | undefined }): Promise<Counts>;
  /** Refuses new runs, lets running ones commit, flushes, and closes destinations and outbox. */
  close(options?: { readonly timeout?: number | undefined }): Promise<Counts>;
  /** Asks each destination whether its service can be reached. */
  probe(): Promise<{ readonly [K in keyof M]: ProbeResult }>;
  [Symbol.asyncDispose](): Promise<void>;
}
