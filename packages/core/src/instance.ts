import { OpenBytes } from "./batcher.js";
import { type Clock, systemClock, type Timer } from "./clock.js";
import type { Deferral, RunOptions } from "./deferral.js";
import type { DestOptions } from "./dest.js";
import type { AnyDestination } from "./destination.js";
import { Lane } from "./dispatcher.js";
import { asError, DestError } from "./errors.js";
import { type DestEvents, type EventName, Events } from "./events.js";
import { type Flush, Flushes } from "./flush.js";
import { heldOutbox } from "./held-outbox.js";
import { Ids } from "./ids.js";
import { Intake } from "./intake.js";
import { Rooms } from "./limits.js";
import { memoryOutbox } from "./memory-outbox.js";
import { Opener } from "./opener.js";
import type { DestinationStats, Outbox, Retention } from "./outbox.js";
import { closeOnSignals, flushAtExit, forgetAtExit } from "./process-exit.js";
import { redactor } from "./redact.js";
import { type Registered, type Registry, register } from "./registry.js";
import { type Dollar, dollarFactory } from "./send.js";
import { Settled } from "./settled.js";
import { Settler } from "./settler.js";
import type { Counts, Messages, ProbeResult } from "./types.js";

const flushTimeout = 10_000;
/** How long `close` waits for the outbox and for plugins beyond its own timeout. */
const closeGrace = 1_000;
const openBatchBytes = 256 * 1024 * 1024;
const namedAtMost = 10;

/** What createDest returns, untyped: the types of `$.send` are the caller's. */
export class Instance {
  readonly messages: Messages;
  readonly #clock: Clock;
  readonly #registry: Registry;
  readonly #events = new Events();
  readonly #outbox: Outbox;
  readonly #onError: "discard" | "deliver";
  readonly #retention: Retention;
  readonly #rooms: Rooms;
  readonly #flushes = new Flushes();
  readonly #settled: Settled;
  readonly #settler: Settler;
  readonly #opener: Opener;
  readonly #intake: Intake;
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #forgetSignals: (() => void) | undefined;
  #opening: Promise<void> | undefined;
  #closing: Promise<Counts> | undefined;
  #acceptedAtExit = 0;

  constructor(options: DestOptions<Readonly<Record<string, AnyDestination>>>) {
    const {
      outbox = memoryOutbox(),
      limits = {},
      whenFull = "reject",
      retention = {},
      clock = systemClock,
    } = options;
    const { onError = "discard", unknownKeys = "throw", closeOn } = options;
    const warn = (error: DestError) => this.#events.warn(error);
    const ids = new Ids();
    this.#clock = clock;
    this.#onError = onError;
    this.#retention = retention;
    this.#registry = register(options.destinations);
    this.#outbox = heldOutbox(outbox, clock);
    this.#rooms = new Rooms(this.#registry.keys(), outbox.durable, limits, whenFull, clock);
    this.#settled = new Settled(this.#events, this.#rooms, this.#flushes);
    this.#settler = new Settler(this.#outbox, clock, warn);
    this.#opener = new Opener(clock, warn, (inner) => this.#opened(this.#intake.begin(inner, true)));
    const shared = {
      outbox: this.#outbox,
      clock,
      ids,
      events: this.#events,
      opener: this.#opener,
      openBytes: new OpenBytes(limits.openBatchBytes ?? openBatchBytes),
      settler: this.#settler,
      settled: this.#settled,
      flushes: this.#flushes,
      redact: redactor(options.redact),
    };
    this.#lanes = new Map([...this.#registry].map(([name, to]) => [name, new Lane(to, shared)]));
    this.#intake = new Intake({
      outbox: this.#outbox,
      clock,
      ids,
      events: this.#events,
      rooms: this.#rooms,
      dollar: dollarFactory(this.#registry),
      unknownKeys,
      opening: () => this.#opening,
      wake: (destination) => this.#wake(destination),
    });
    this.messages = this.#messages();
    // Not before listeners could be added: the outbox may have something to warn of.
    this.#opening = Promise.resolve().then(() => this.#open());
    // Whoever uses the instance first is told; nobody may.
    this.#opening.catch((error: unknown) => warn(asDestError(error, "DEST_OUTBOX_FAILED")));
    this.#forgetSignals = closeOn && closeOnSignals(closeOn, () => this.close());
    flushAtExit(this);
  }

  async run<T>(work: ($: Dollar) => T | PromiseLike<T>, options: RunOptions = {}): Promise<T> {
    await this.#intake.admit();
    const run = this.#intake.begin(options);
    let value: T;
    try {
      value = await work(run.dollar());
    } catch (error) {
      await this.#endFailed(run, options.onError ?? this.#onError);
      throw error;
    }
    await run.commit().catch((error: unknown) => {
      if (DestError.is(error)) error.value = value;
      throw error;
    });
    return value;
  }

  begin(options: RunOptions = {}): object {
    return this.#opened(this.#intake.begin(options));
  }

  #opened(run: Deferral): object {
    return {
      $: run.dollar(),
      id: run.id,
      clock: this.#clock,
      as: (step: string) => run.dollar(step),
      ids: () => run.ids(),
      checkpoint: () => run.checkpoint(),
      commit: () => run.commit(),
      discard: () => run.discard(),
    };
  }

  on<E extends EventName>(event: E, listener: (payload: DestEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  async flush({ timeout = flushTimeout }: { timeout?: number | undefined } = {}): Promise<Counts> {
    if (this.#closing) return this.#closing;
    await this.#opening;
    await this.#drain(timeout);
    return this.#counts(await this.#outbox.stats());
  }

  close({ timeout = flushTimeout }: { timeout?: number | undefined } = {}): Promise<Counts> {
    this.#closing ??= this.#close(timeout);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async probe(): Promise<Record<string, ProbeResult>> {
    const probes = [...this.#registry.values()].map(async (to): Promise<[string, ProbeResult]> => {
      const { name, policy } = to;
      try {
        await this.#within(policy.timeout, this.#probeOne(to), () => {
          throw new DestError("DEST_TIMEOUT", `no answer within the timeout of ${policy.timeout} ms`);
        });
        return [name, { ok: true }];
      } catch (error) {
        return [name, { ok: false, error: asDestError(error, "DEST_PROBE_FAILED") }];
      }
    });
    return Object.fromEntries(await Promise.all(probes));
  }

  async flushBeforeExit(): Promise<boolean> {
    if (this.#closing || this.#intake.accepted === this.#acceptedAtExit) return false;
    this.#acceptedAtExit = this.#intake.accepted;
    const { pending } = await this.flush();
    if (pending > 0 && !this.#outbox.durable) await this.#warnOfLoss(pending);
    return true;
  }

  async #open(): Promise<void> {
    await this.#outbox.open({
      wake: (destination) => this.#wake(destination),
      warn: (error) => this.#events.warn(error),
      now: () => this.#clock.now(),
      retention: this.#retention,
    });
    const stats = await this.#outbox.stats();
    this.#rooms.begin(stats);
    for (const [name, { pending, delivering, retrying }] of stats) {
      const waiting = pending + delivering + retrying;
      if (waiting > 0 && !this.#registry.has(name))
        this.#events.warn(
          new DestError(
            "DEST_UNKNOWN_DESTINATION",
            `${waiting} messages wait for ${name}, which is not registered: they stay until it is`,
          ),
        );
    }
    this.#opening = undefined;
    this.#wake();
  }

  #wake(destination?: string): void {
    if (destination !== undefined) this.#lanes.get(destination)?.wake();
    else for (const lane of this.#lanes.values()) lane.wake();
  }

  async #endFailed(run: Deferral, onError: "discard" | "deliver"): Promise<void> {
    if (onError === "discard") return run.discard();
    // The work's own error is what the caller gets; that its sends were not accepted either must still be said.
    await run.commit().catch((error: unknown) => this.#events.warn(asDestError(error, "DEST_OUTBOX_FAILED")));
  }

  async #drain(timeout: number): Promise<void> {
    const dueBy = this.#clock.now() + timeout;
    let flush: Flush | undefined;
    const drained = new Promise<void>((done, fail) => {
      const begin = async () => {
        const { messages: left, through } = await this.#outbox.waiting(dueBy);
        flush = { left, through, dueBy, done };
        this.#flushes.add(flush);
        this.#wake();
      };
      this.#settler.between(begin).catch(fail);
    });
    await this.#within(timeout, drained).catch((error: unknown) =>
      this.#events.warn(asDestError(error, "DEST_OUTBOX_FAILED")),
    );
    if (flush) this.#flushes.remove(flush);
  }

  async #close(timeout: number): Promise<Counts> {
    const deadline = this.#clock.now() + timeout;
    forgetAtExit(this);
    this.#forgetSignals?.();
    await this.#opening;
    await this.#within(timeout, this.#intake.close());
    // What is delivered meanwhile may send in turn.
    for (let before = -1; before !== this.#intake.accepted; ) {
      before = this.#intake.accepted;
      await this.#drain(Math.max(0, deadline - this.#clock.now()));
      if (this.#clock.now() >= deadline) break;
    }
    await this.#within(closeGrace, this.#intake.shut());
    const reason = new DestError("DEST_CLOSED", "dest is closing");
    for (const lane of this.#lanes.values()) lane.stop(reason);
    this.#opener.abort();
    await this.#within(closeGrace, this.#settler.idle());
    this.#settler.stop();
    const counts = this.#counts(await this.#outbox.stats());
    if (counts.pending > 0 && !this.#outbox.durable) await this.#warnOfLoss(counts.pending);
    await this.#within(closeGrace, this.#opener.close());
    await this.#outbox.close();
    return counts;
  }

  /** Waits for the work, but not longer. */
  async #within<T>(
    ms: number,
    work: Promise<T>,
    late: () => undefined = () => undefined,
  ): Promise<T | undefined> {
    let timer: Timer | undefined;
    const tooLate = new Promise<void>((resolve) => {
      timer = this.#clock.after(ms, resolve, true);
    });
    try {
      return await Promise.race([work, tooLate.then(late)]);
    } finally {
      timer?.cancel();
    }
  }

  async #probeOne(to: Registered): Promise<void> {
    await this.#opener.open(to);
    await to.destination.probe?.(this.#opener.context(to));
  }

  #counts(stats: ReadonlyMap<string, DestinationStats>): Counts {
    let waiting = 0;
    for (const { pending, delivering, retrying } of stats.values())
      waiting += pending + delivering + retrying;
    return { delivered: this.#settled.delivered, dead: this.#settled.dead, pending: waiting };
  }

  async #warnOfLoss(pending: number): Promise<void> {
    const { items } = await this.#outbox.list({ limit: 100_000 });
    const lost = items
      .filter(({ status }) => status !== "delivered" && status !== "dead")
      .map(({ id, destination }) => `${id} (${destination})`);
    const named = lost.slice(0, namedAtMost).join(", ");
    const more = pending > namedAtMost ? ` and ${pending - namedAtMost} more` : "";
    const message = `the memory outbox is closed with ${pending} messages pending, which are lost: ${named}${more}. A durable outbox keeps them`;
    this.#events.warn(new DestError("DEST_PENDING_LOST", message));
  }

  #messages(): Messages {
    const opened = async () => {
      if (this.#opening) await this.#opening;
      return this.#outbox;
    };
    return {
      get: async (id) => (await opened()).get(id),
      list: async (query = {}) => (await opened()).list(query),
      stats: async () => Object.fromEntries(await (await opened()).stats()),
      replay: async (query) => {
        const replayed = await (await opened()).replay(query);
        for (const { destination } of replayed) this.#rooms.replayed(destination);
        this.#wake();
        return { replayed: replayed.length };
      },
    };
  }
}

function asDestError(error: unknown, code: string): DestError {
  if (DestError.is(error)) return error;
  const cause = asError(error);
  return new DestError(code, cause.message, { cause });
}
