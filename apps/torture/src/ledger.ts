import { Faults } from "./faults.js";
import { Order } from "./order.js";
import { isIntact, keyOf, type Payload } from "./payload.js";
import type { Counts } from "./trial.js";

interface Announced {
  /** How many sends, counting those of its repetitions. */
  sends: number;
  readonly discarded: boolean;
  accepted: number;
  rejected: boolean;
}

interface Arrived {
  readonly payload: Payload;
  readonly idempotencyKey: string;
  /** Answered with success, by the number of the life in which. */
  readonly answeredIn: number[];
}

/** What is known outside of the process that dies: what it said it would send, what it was promised, what arrived. */
export class Ledger {
  readonly faults = new Faults();
  /** Messages that came again in the same life although their success was answered. */
  repeated = 0;
  readonly #mayRepeat: boolean;
  readonly #order = new Order();
  readonly #runs = new Map<string, Announced>();
  readonly #arrived = new Map<string, Arrived>();
  readonly #ranks = new Map<string, number>();
  /** Ids of messages and batches, and keys of messages. */
  readonly #dead = new Set<string>();
  readonly #keysOfIds = new Map<string, string>();
  readonly #notIntact = new Set<string>();
  /** The keys of the messages of a request. */
  readonly #requests = new Map<string, readonly string[]>();
  #isDrained = false;

  /** `mayRepeat`: such messages are counted, and no fault. */
  constructor({ mayRepeat = false } = {}) {
    this.#mayRepeat = mayRepeat;
  }

  /** Before the run is begun. */
  announce(run: string, sends: number, discarded: boolean, line?: string): void {
    const known = this.#runs.get(run);
    if (known) known.sends = Math.max(known.sends, sends);
    else this.#runs.set(run, { sends, discarded, accepted: 0, rejected: false });
    if (line === undefined) return;
    for (let at = 0; at < sends; at++) {
      const key = keyOf({ run, at });
      if (!this.#ranks.has(key)) this.#ranks.set(key, this.#ranks.size);
    }
  }

  /** The ids of its messages, before it is committed. */
  named(run: string, ids: readonly string[]): void {
    ids.forEach((id, at) => {
      this.#keysOfIds.set(id, keyOf({ run, at }));
    });
  }

  /** Its promise resolved. */
  accept(run: string, sends: number): void {
    const known = this.#runs.get(run);
    if (!known || known.discarded) this.faults.add("a run was accepted that must not be", run);
    else known.accepted = Math.max(known.accepted, sends);
  }

  /** Its promise rejected. */
  reject(run: string): void {
    const known = this.#runs.get(run);
    if (known) known.rejected = true;
  }

  /** Messages that became dead letters and were put back: they may come out of order, and again. */
  died(ids: readonly string[]): void {
    for (const id of ids) this.#dead.add(id).add(this.#keysOfIds.get(id) ?? id);
  }

  /** Nothing waits any longer: what was answered before does not come again. */
  drained(): void {
    this.#isDrained = true;
  }

  /** Of a message, by id or key, or a batch: whether one of its messages is. */
  isDead(id: string): boolean {
    return this.#dead.has(id) || (this.#requests.get(id)?.some((key) => this.#dead.has(key)) ?? false);
  }

  /** `request`: what is repeated as a whole, a message or a batch. */
  arrive(payloads: readonly Payload[], keys: readonly string[], request: string, life: number): void {
    this.#requests.set(request, keys);
    payloads.forEach((payload, i) => {
      const key = keyOf(payload);
      const idempotencyKey = keys[i] as string;
      const before = this.#arrived.get(key);
      if (!before) this.#arrived.set(key, { payload, idempotencyKey, answeredIn: [] });
      else if (before.idempotencyKey !== idempotencyKey)
        this.faults.add(
          "a message came again under another key",
          `${before.idempotencyKey}, ${idempotencyKey}`,
        );
      if (before?.answeredIn.includes(life)) {
        this.repeated += 1;
        if (!this.#mayRepeat)
          this.faults.add("a message came again after its success was answered, without a kill", key);
      }
      if (this.#isDrained && before && before.answeredIn.length > 0)
        this.faults.add("a message came again after everything was delivered", key);
      if (!isIntact(payload)) this.#notIntact.add(key);
    });
    for (const [line, ranks] of this.#linesOf(payloads)) {
      if (ranks.some((rank, i) => i > 0 && rank <= (ranks[i - 1] as number)))
        this.faults.add("a batch has messages of an order key out of order", request);
      this.#order.arrived(line, request, ranks[0] as number, ranks.at(-1) as number);
    }
  }

  answer(payloads: readonly Payload[], request: string, life: number): void {
    for (const payload of payloads) this.#arrived.get(keyOf(payload))?.answeredIn.push(life);
    for (const line of this.#linesOf(payloads).keys()) this.#order.answered(line, request);
  }

  wasAnswered(key: string): boolean {
    return (this.#arrived.get(key)?.answeredIn.length ?? 0) > 0;
  }

  /** Sends of runs whose promise resolved that have not arrived. */
  missing(): string[] {
    const missing: string[] = [];
    for (const [run, { accepted }] of this.#runs)
      for (let at = 0; at < accepted; at++)
        if (!this.wasAnswered(keyOf({ run, at }))) missing.push(keyOf({ run, at }));
    return missing;
  }

  counts(): Counts {
    let accepted = 0;
    for (const run of this.#runs.values()) accepted += run.accepted;
    const answered = [...this.#arrived.values()].filter(({ answeredIn }) => answeredIn.length > 0);
    const duplicated = answered.filter(({ answeredIn }) => answeredIn.length > 1).length;
    return {
      accepted,
      delivered: answered.length,
      duplicated,
      lost: this.missing().length,
      phantom: this.#phantoms().size,
    };
  }

  /** The counts, and the faults with those named that should not be. */
  verdict(): Counts & { readonly faults: readonly string[] } {
    const counts = this.counts();
    for (const key of this.missing()) this.faults.add("lost", key);
    for (const key of this.#phantoms()) this.faults.add("phantom", key);
    return { ...counts, faults: this.faults.list() };
  }

  /** Only now is it known which requests came again because they had been given up. */
  judgeOrder(): void {
    for (const { line, came, open } of this.#order.disorders) {
      if (this.isDead(came) || (open.length > 0 && open.every((id) => this.isDead(id)))) continue;
      this.faults.add(
        "an order key had two under way, or out of order",
        `${line}: ${came} after ${open.join()}`,
      );
    }
  }

  // Only in the end: what the process says and what arrives come by two ways, and the later may be heard first.
  #phantoms(): ReadonlySet<string> {
    const phantoms = new Set(this.#notIntact);
    for (const [key, { payload }] of this.#arrived) if (!this.#mayArrive(payload)) phantoms.add(key);
    return phantoms;
  }

  #mayArrive({ run, at }: Payload): boolean {
    const known = this.#runs.get(run);
    if (!known || known.discarded || at >= known.sends) return false;
    // A run that was repeated is accepted as far as any of its commits was.
    return !known.rejected || at < known.accepted;
  }

  #linesOf(payloads: readonly Payload[]): Map<string, number[]> {
    const lines = new Map<string, number[]>();
    for (const payload of payloads) {
      const rank = this.#ranks.get(keyOf(payload));
      if (payload.line === undefined || rank === undefined) continue;
      const ranks = lines.get(payload.line);
      if (ranks) ranks.push(rank);
      else lines.set(payload.line, [rank]);
    }
    return lines;
  }
}
