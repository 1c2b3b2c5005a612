import { mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ClaimAnswer,
  type ClaimRequest,
  type DeliveryRecord,
  DestError,
  type DestinationStats,
  type ListPage,
  type ListQuery,
  type NewBatch,
  type NewMessage,
  type Outbox,
  type OutboxContext,
  type ReplayQuery,
  type Retention,
  type RunCommit,
  type Settlement,
} from "@dest/core";
import { acceptedOf, addHomes, draftHomes, lateDestinations, removeHomes } from "./accept.js";
import { Codec } from "./codec.js";
import { DeadLetters } from "./dead-letters.js";
import { DeliveredRecords } from "./delivered.js";
import { Deliverer } from "./deliverer.js";
import { checkFormat } from "./format.js";
import { Homes } from "./homes.js";
import { Inspector } from "./inspect.js";
import { fileOf, markClean, wasLeftOpen, whatIsWrong } from "./integrity.js";
import { Lease } from "./lease.js";
import { readNumber } from "./meta.js";
import { whileOpening } from "./opening.js";
import type { LmdbOptions } from "./options.js";
import { beginRecovery, endRecovery, isBeingRecovered, resumeRecovery } from "./recovery.js";
import { RememberedRuns } from "./remembered-runs.js";
import { carryOver, isInDoubt, repair } from "./repair.js";
import { type Job, Store } from "./store.js";
import { Unit } from "./unit.js";

const lookEvery = 150;
const undoEvery = 250;
const asFailure = (error: unknown) => ({ error });

/** What an open handle works with. */
interface Opened {
  readonly context: OutboxContext;
  readonly store: Store<Unit>;
  readonly runs: RememberedRuns;
  readonly dead: DeadLetters;
  readonly inspector: Inspector;
  readonly deliverer: Deliverer;
  readonly lease: Lease;
  /** Which file it is, whatever its name. */
  readonly file: number;
}

/** The outbox: accepts and inspects in every process, and delivers in the one that has the lease. */
export class LmdbOutbox implements Outbox {
  readonly durable = true;
  readonly #options: LmdbOptions;
  readonly #role: "deliverer" | "observer";
  #opened: Opened | undefined;
  #delivers = false;
  // The last seq that is flushed, as far as known here: what comes later is not handed out yet.
  #visible = 0;
  #appending = 0;
  // What is being accepted: whoever closes waits for it, as it may be on the disk already.
  readonly #underWay = new Set<Promise<unknown>>();
  // The file was moved away under this handle: nothing written here would be found again.
  #isLost = false;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  /** An observer never delivers: it accepts, inspects and replays beside those that do. */
  constructor(options: LmdbOptions, role: "deliverer" | "observer" = "deliverer") {
    this.#options = options;
    this.#role = role;
  }

  async open(context: OutboxContext): Promise<void> {
    if (this.#opened) {
      throw new DestError(
        "DEST_OUTBOX_IN_USE",
        "this outbox is open already: give each createDest its own, or close the first",
      );
    }
    const { path } = this.#options;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const opened = await whileOpening(path, () => this.#openStore(context));
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look(opened).finally(() => {
        this.#looking = undefined;
      });
    }, lookEvery).unref();
  }

  append(run: RunCommit): Promise<{ added: number }> {
    const appending = this.#append(run);
    this.#underWay.add(appending);
    const forget = () => this.#underWay.delete(appending);
    appending.then(forget, forget);
    return appending;
  }

  async #append(run: RunCommit): Promise<{ added: number }> {
    const { store, runs, context, deliverer } = this.#current;
    if (run.messages.length === 0) return { added: 0 };
    this.#appending += 1;
    try {
      const { first, fresh, changed, drafts } = await store.write({
        plan: (unit) => {
          const { fresh, changed } = run.remembered ? runs.sift(unit, run) : allOf(run);
          const drafts = draftHomes(run, fresh);
          return { first: addHomes(unit, drafts, fresh), fresh, changed, drafts };
        },
      });
      await this.#flushedOrUndone((unit) => {
        removeHomes(unit, drafts, first, fresh);
        if (run.remembered) runs.undo(unit, run, fresh.length);
      });
      for (const id of changed) context.warn(changedRun(id));
      const isNext = first === this.#visible + 1;
      this.#visible = Math.max(this.#visible, first + fresh.length - 1);
      // Where others wrote in between, the lanes find all of it on the disk.
      if (!isNext) deliverer.lookAgain();
      else if (this.#delivers) deliverer.accepted(acceptedOf(drafts, first), lateDestinations(drafts));
      return { added: fresh.length };
    } finally {
      this.#appending -= 1;
    }
  }

  async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    const { deliverer } = this.#current;
    return this.#delivers ? deliverer.claim(request) : { messages: [], batches: [] };
  }

  async seal(batch: NewBatch): Promise<void> {
    const { deliverer, store } = this.#current;
    await deliverer.seal(batch, () => store.flushed());
  }

  async settle(settlements: readonly Settlement[]): Promise<void> {
    const { deliverer } = this.#current;
    if (this.#delivers) await deliverer.settle(settlements);
  }

  async waiting(dueBy: number): Promise<{ messages: number; through: number }> {
    const { inspector } = this.#current;
    // Who does not deliver cannot wait for it either.
    return { messages: this.#delivers ? inspector.waiting(dueBy) : 0, through: this.#visible };
  }

  async get(id: string): Promise<DeliveryRecord | undefined> {
    return this.#current.inspector.get(id);
  }

  async list(query: ListQuery): Promise<ListPage> {
    return this.#current.inspector.list(query);
  }

  async stats(): Promise<ReadonlyMap<string, DestinationStats>> {
    return this.#current.inspector.stats();
  }

  async replay(query: ReplayQuery): Promise<readonly { id: string; destination: string }[]> {
    const { dead, store, deliverer, context } = this.#current;
    const replayed = await dead.replay(query, context.now());
    await store.flushed();
    // What others accepted before is flushed, too.
    this.#visible = Math.max(this.#visible, replayed.at(-1)?.seq ?? 0);
    deliverer.lookAgain();
    return replayed.map(({ id, destination }) => ({ id, destination }));
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    if (!opened) return;
    const isLost = this.#isLost;
    const { store, lease, deliverer } = opened;
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.allSettled(this.#underWay);
    this.#delivers = false;
    deliverer.clear();
    // Where the disk is full the lease stays in the store; it is seen to be dead.
    await store.write({ plan: ({ tables }) => lease.release(tables) }).catch(() => undefined);
    await store.flushed().catch(() => undefined);
    lease.end();
    this.#opened = undefined;
    await store.close();
    if (!isLost) markClean(this.#options.path);
  }

  /**
   * Waits until what was just committed is on the disk. If it cannot be brought there it is taken out again, before the
   * caller hears of it: what was refused must not be delivered. Until one of the two succeeds, neither is true.
   */
  async #flushedOrUndone(undo: (unit: Unit) => void): Promise<void> {
    const { store } = this.#current;
    for (;;) {
      const failure = await store.flushed().then(() => undefined, asFailure);
      if (!failure) return;
      const isUndone = await store.write({ plan: undo }).then(
        () => true,
        () => false,
      );
      if (isUndone || !this.#opened) throw failure.error;
      await sleep(undoEvery);
    }
  }

  async #openStore(context: OutboxContext): Promise<Opened> {
    const { path } = this.#options;
    const warn = (error: DestError) => context.warn(error);
    const lease = new Lease(path);
    const isObserver = this.#role === "observer";
    if (isObserver && isBeingRecovered(path)) throw damaged(path);
    let recovery = resumeRecovery(path);
    const leftOpen = recovery !== undefined || (wasLeftOpen(path) && !lease.isTaken());
    const reason = leftOpen && !recovery ? await whatIsWrong(path) : undefined;
    if (reason !== undefined && isObserver) throw damaged(path);
    if (reason !== undefined) recovery = beginRecovery(path, reason);
    let opened: Opened | undefined;
    try {
      opened = this.#assemble(context, lease);
      await checkFormat(opened.store);
      const entries = recovery ? await carryOver(opened.store, recovery.aside) : 0;
      if (leftOpen || isInDoubt(opened.store)) await repair(opened.store, recovery !== undefined, warn);
      if (recovery) {
        // Whoever finds it ended must find everything carried over, also after a power failure.
        await opened.store.flushed();
        warn(endRecovery(recovery, entries));
      }
      if (leftOpen) opened.deliverer.distrust();
      this.#opened = opened;
      this.#visible = readNumber(opened.store.tables.meta, "seq");
      if (this.#role === "deliverer") await this.#takeLease(opened);
      return opened;
    } catch (error) {
      this.#opened = undefined;
      lease.end();
      await opened?.store.close();
      throw error;
    }
  }

  #assemble(context: OutboxContext, lease: Lease): Opened {
    const codec = new Codec(this.#options);
    const begin = (): Unit => new Unit(store);
    const store: Store<Unit> = new Store(this.#options.path, codec, begin, (error) => {
      context.warn(error);
      // What was counted with it shall not be waited for.
      deliverer.distrust();
      if (this.#opened) context.wake();
    });
    const homes = new Homes(store);
    const runs = new RememberedRuns(store);
    const delivered = new DeliveredRecords(store, runs);
    const settings = (): { now: number; retention: Retention } => ({
      now: context.now(),
      retention: { ...context.retention, ...this.#options.retention },
    });
    const deliverer = new Deliverer({
      homes,
      delivered,
      settings,
      visible: () => this.#visible,
      write: (job) => this.#writeAsHolder(job),
      warn: (error) => context.warn(error),
    });
    const dead = new DeadLetters(store);
    const inspector = new Inspector({ homes, delivered, dead, held: deliverer.held, settings });
    return { context, store, runs, dead, inspector, deliverer, lease, file: fileOf(this.#options.path) };
  }

  async #takeLease({ context, store, lease, deliverer }: Opened): Promise<boolean> {
    const warnings = await store.write({
      plan: (unit) => (lease.take(unit.tables) ? deliverer.endLeases(unit, context.now()) : undefined),
    });
    if (!warnings) return false;
    deliverer.takeOver();
    this.#delivers = true;
    for (const warning of warnings) context.warn(warning);
    return true;
  }

  /** Sees what other processes did. */
  async #look({ context, store, lease, deliverer, file }: Opened): Promise<void> {
    if (!this.#isLost && fileOf(this.#options.path) !== file) {
      this.#isLost = true;
      this.#standBy();
      context.warn(movedAway(this.#options.path));
    }
    if (this.#isLost) return;
    store.refresh();
    if (this.#delivers) {
      if (lease.isHeld(store.tables)) lease.beat();
      else this.#standBy();
    } else if (this.#role === "deliverer" && lease.isFree(store.tables)) {
      const warn = (error: DestError) => context.warn(error);
      if (await this.#takeLease(this.#current).catch(warn)) context.wake();
    }
    const seq = readNumber(store.tables.meta, "seq");
    // What this handle is accepting now is seen, with whatever came between, when it is flushed.
    if (this.#appending > 0 || seq <= this.#visible) return;
    // Committed by another process, and perhaps not flushed there yet.
    await store.flushed();
    if (this.#appending > 0) return;
    this.#visible = Math.max(this.#visible, seq);
    deliverer.lookAgain();
    if (this.#delivers) context.wake();
  }

  /** Only the holder of the lease may write what follows from claims. Undefined: it is no longer this handle. */
  async #writeAsHolder<T extends object>(job: Job<Unit, T>): Promise<T | undefined> {
    const { store, lease } = this.#current;
    const result = await store.write<T | undefined>({
      plan: (unit) => (lease.isHeld(unit.tables) ? job.plan(unit) : undefined),
      applied: (done) => {
        if (done) job.applied?.(done);
      },
    });
    if (!result) this.#standBy();
    return result;
  }

  #standBy(): void {
    this.#delivers = false;
    this.#opened?.deliverer.clear();
  }

  get #current(): Opened {
    if (!this.#opened) throw new DestError("DEST_OUTBOX_CLOSED", "the outbox is not open");
    if (this.#isLost) throw movedAway(this.#options.path);
    return this.#opened;
  }
}

function allOf(run: RunCommit): { fresh: readonly NewMessage[]; changed: readonly string[] } {
  return { fresh: run.messages, changed: [] };
}

function changedRun(id: string): DestError {
  const message = `${id} was committed before with another payload; the first one stays. A run that is repeated under its runId must send the same`;
  return new DestError("DEST_RUN_CHANGED", message);
}

function damaged(path: string): DestError {
  const message = `${path} is damaged: it will be set aside, and carried over as far as it can be read, when an application opens it`;
  return new DestError("DEST_OUTBOX_CORRUPT", message);
}

function movedAway(path: string): DestError {
  const message = `the store in ${path} was removed, or set aside by another process: close this outbox and open it again`;
  return new DestError("DEST_OUTBOX_FAILED", message);
}
