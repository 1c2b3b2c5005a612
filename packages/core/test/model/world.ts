import {
  type Batch,
  createDest,
  type DeliverContext,
  type Dest,
  DestError,
  defineDestination,
  type Outbox,
  type Outcome,
  type Policy,
} from "../../src/index.js";
import { type ManualClock, manualClock } from "../../src/testing/index.js";
import { fail, Observer, type Payload, type Planned, type Rules } from "./observer.js";
import { MortalProcess } from "./process.js";

export type Mode = "ok" | "retry" | "retryAfter" | "reject" | "never" | "throw" | "each";

type ModelPolicy = Omit<Policy, "concurrency"> & {
  readonly concurrency: { readonly total: number; readonly perGroup: number };
};

export interface WorldOptions {
  readonly policies: Readonly<Record<"plain" | "batched", ModelPolicy>>;
  readonly latency: number;
  readonly seed: number;
}

/** Where an outbox comes from, and how its process dies. The memory outbox of core, or another package's. */
export interface Store {
  create(): Promise<Outbox> | Outbox;
  crash(outbox: Outbox): Promise<Outbox> | Outbox;
}

type Args = { plain: readonly [Payload]; batched: readonly [Payload] };

/** One instance on one outbox, a service whose moods a test sets, and an observer of both. */
export class World {
  readonly clock: ManualClock;
  readonly observer: Observer;
  readonly #options: WorldOptions;
  readonly #store: Store;
  readonly #modes = new Map<string, Mode>();
  readonly #broken: Error[] = [];
  #outbox: Outbox | undefined;
  #process: MortalProcess | undefined;
  #dest: Dest<Args> | undefined;

  constructor(options: WorldOptions, store: Store) {
    let state = options.seed;
    this.#options = options;
    this.#store = store;
    this.clock = manualClock({
      random: () => {
        state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
        return state / 2 ** 32;
      },
    });
    const { plain, batched } = options.policies;
    const rules = (policy: typeof plain): Rules => ({ ...policy.concurrency, rate: policy.rateLimit });
    this.observer = new Observer({ plain: rules(plain), batched: rules(batched) }, () => this.clock.now());
  }

  get dest(): Dest<Args> {
    return this.#dest ?? fail("the process is not running");
  }

  async start(): Promise<void> {
    this.#outbox ??= await this.#store.create();
    const warnings: DestError[] = [];
    const process = new MortalProcess(this.clock, this.#outbox);
    this.#process = process;
    const make = (name: "plain" | "batched") => this.#destination(name, process);
    this.#dest = createDest({
      destinations: { plain: make("plain"), batched: make("batched") },
      outbox: process.outbox,
      clock: process.clock,
    });
    for (const event of ["delivered", "dead"] as const) {
      this.#dest.on(event, (record) => this.#guard(() => this.observer.settled(record)));
    }
    this.#dest.on("paused", (event) => this.observer.paused(event));
    this.#dest.on("warning", (warning) => warnings.push(warning));
    await this.clock.advance(0);
    for (const warning of warnings) {
      if (warning.code === "DEST_INTERRUPTED") await this.#hearOfDeaths();
      else this.#broken.push(warning);
    }
  }

  // What died of its third interruption died before anyone could listen.
  async #hearOfDeaths(): Promise<void> {
    const { items } = await this.dest.messages.list({ status: "dead", limit: 10_000 });
    for (const record of items)
      if (!this.observer.known.get(record.id)?.settled) this.observer.settled(record);
  }

  async crash(): Promise<void> {
    this.#process?.die();
    this.observer.crashed();
    this.#outbox = await this.#store.crash(this.#outbox ?? fail("the process is not running"));
    await this.start();
  }

  /** Runs the sends; answers whether they were accepted. */
  async send(
    planned: readonly Planned[],
    options: { fails: boolean; checkpointAfter: number },
  ): Promise<void> {
    const run = this.dest.begin();
    const sent: string[] = [];
    const accept = () => {
      for (const [i, id] of sent.splice(0).entries()) {
        const send = planned[told + i] as Planned;
        this.observer.accepted(id, send.to, send);
      }
    };
    let told = 0;
    for (const [i, { to, orderKey, delay, expiresIn, group, batchKey }] of planned.entries()) {
      sent.push(run.$.with({ orderKey, delay, expiresIn }).send[to]({ group, batchKey }).id);
      if (i + 1 !== options.checkpointAfter) continue;
      // Told before the commit: delivery may begin before its acknowledgement is heard.
      accept();
      told = i + 1;
      await run.checkpoint();
    }
    if (options.fails) return run.discard();
    accept();
    await run.commit();
  }

  setMode(group: string, mode: Mode): void {
    this.#modes.set(group, mode);
  }

  allWell(): void {
    this.#modes.clear();
  }

  async replay(): Promise<void> {
    const { items } = await this.dest.messages.list({ status: "dead", limit: 1_000 });
    this.observer.replayed(items.map(({ id }) => id));
    await this.dest.messages.replay({ ids: items.map(({ id }) => id) });
  }

  /** What holds after every step. */
  async check(): Promise<void> {
    const [broken] = this.#broken;
    if (broken) throw broken;
    const stats = await this.dest.messages.stats();
    for (const name of ["plain", "batched"] as const) {
      const { pending = 0, delivering = 0, retrying = 0, dead = 0 } = stats[name] ?? {};
      const known = [...this.observer.known.values()].filter(({ destination }) => destination === name);
      const open = known.filter(({ settled }) => settled === undefined).length;
      const waiting = pending + delivering + retrying;
      if (waiting !== open)
        fail(`${name}: ${open} accepted messages are not settled, the outbox has ${waiting}`);
      const deadKnown = known.filter(({ settled }) => settled === "dead").length;
      if (dead !== deadKnown) fail(`${name}: ${deadKnown} messages died, the outbox has ${dead}`);
    }
  }

  /** Everything becomes well again: nothing may be left over. */
  async end(): Promise<void> {
    this.allWell();
    await this.clock.advance(600_000);
    await this.check();
    for (const { id, settled, takenIn, destination } of this.observer.known.values()) {
      if (!settled) fail(`lost: ${id} (${destination}) was accepted, and is neither delivered nor dead`);
      if (takenIn.size > 1) fail(`${id} was taken in ${takenIn.size} batches: ${[...takenIn].join(", ")}`);
    }
    const closed = this.dest.close();
    await this.clock.advance(20_000);
    const { pending } = await closed;
    if (pending > 0) fail(`close left ${pending} pending`);
  }

  #destination(name: "plain" | "batched", process: MortalProcess) {
    return defineDestination<readonly [Payload], Payload>(() => ({
      kind: "model",
      apiVersion: 1,
      policy: { batch: false },
      prepare: (payload) => payload,
      sizeOf: () => 10,
      groupKey: ({ group }) => group,
      batchKey: ({ batchKey }) => batchKey,
      deliver: (batch, context) => this.#deliver(name, batch, context, process),
    }))(this.#options.policies[name]);
  }

  async #deliver(name: string, batch: Batch<Payload>, context: DeliverContext, process: MortalProcess) {
    const running = this.#guard(() => this.observer.started(name, batch));
    if (!running) throw new Error("a law is broken");
    const over = new Promise<void>((resolve) => {
      context.onAbort(() => {
        this.observer.ended(running);
        resolve();
      });
    });
    const mode = this.#modes.get(batch.group) ?? "ok";
    const answered = new Promise<void>((resolve) => {
      if (mode !== "never") this.clock.after(this.#options.latency, resolve);
    });
    await Promise.race([over, answered]);
    if (!process.isAlive) return new Promise<never>(() => undefined);
    this.observer.ended(running);
    if (mode === "ok" || mode === "reject" || mode === "each") this.observer.recovered(name, batch.group);
    return this.#answer(mode, batch);
  }

  #answer(mode: Mode, batch: Batch<unknown>): Outcome | ReadonlyMap<string, Outcome> {
    const error = new DestError("DEST_TEST", mode);
    const ids = batch.messages.map(({ id }) => id);
    if (mode === "throw") throw new Error("thrown");
    if (mode === "reject") return { status: "rejected", error };
    if (mode === "retry" || mode === "never") return { status: "retry", error };
    if (mode === "retryAfter") return { status: "retry", error, afterMs: 700 };
    if (mode === "ok") {
      this.observer.took(batch, ids);
      return { status: "delivered" };
    }
    this.observer.dissolved(batch);
    return new Map(
      ids.map((id, i): [string, Outcome] => {
        if (i % 3 === 1) return [id, { status: "retry", error }];
        if (i % 3 === 2) return [id, { status: "rejected", error }];
        this.observer.took(batch, [id]);
        return [id, { status: "delivered" }];
      }),
    );
  }

  // Inside a delivery an error would become an outcome; it is kept for the next check.
  #guard<T>(look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      this.#broken.push(error as Error);
      return undefined;
    }
  }
}
