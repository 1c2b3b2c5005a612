import { Heap } from "../heap.js";
import type { ClaimRequest } from "../outbox.js";
import { type Due, Entry, type Sealed } from "./entry.js";
import { OrderLine } from "./order-line.js";
import { ReadyGroups } from "./ready-groups.js";

/** What one destination's lane may claim, in which order, and when. */
export class LaneStore {
  readonly #messages = new ReadyGroups<Entry>();
  readonly #batches = new ReadyGroups<Sealed>();
  readonly #lines = new Map<string, OrderLine>();
  readonly #scheduled = new Heap<Due>(
    (a, b) => a.availableAt < b.availableAt || (a.availableAt === b.availableAt && a.seq < b.seq),
  );

  // The latest time seen: what is due by then needs no place in the schedule.
  #now = Number.NEGATIVE_INFINITY;

  /** Takes in a new or replayed message. */
  add(entry: Entry, now: number): void {
    this.#now = Math.max(this.#now, now);
    entry.where = "line";
    if (entry.orderKey === undefined) return this.#schedule(entry);
    const key = lineKey(entry);
    let line = this.#lines.get(key);
    if (!line) {
      line = new OrderLine();
      this.#lines.set(key, line);
    }
    line.push(entry);
    this.#expose(line);
  }

  addBatch(batch: Sealed): void {
    for (const entry of batch.messages) {
      const line = this.#lineOf(entry);
      if (line) line.sealed += 1;
    }
    this.#schedule(batch);
  }

  claim(request: ClaimRequest): { messages: Entry[]; batches: Sealed[]; nextAt?: number } {
    this.#wakeDue(request.now);
    this.#messages.reopen(request.reopened);
    this.#batches.reopen(request.reopened);
    const answer = { messages: this.#claimMessages(request), batches: this.#claimBatches(request) };
    const next = this.#scheduled.peek();
    return next ? { ...answer, nextAt: next.availableAt } : answer;
  }

  /** A claimed item goes back: to its old place, or to come at its new `availableAt`. */
  giveBack(item: Due): void {
    if (!(item instanceof Entry)) return this.#schedule(item);
    item.where = "line";
    const line = this.#lineOf(item);
    if (!line) return this.#schedule(item);
    line.recount();
    this.#expose(line);
  }

  /** A batch let go of its member: it is on its own again, or settled. */
  unsealed(entry: Entry): void {
    const line = this.#lineOf(entry);
    if (line) line.sealed -= 1;
  }

  remove(entry: Entry): void {
    const line = this.#lineOf(entry);
    if (!line) return;
    line.remove(entry);
    if (line.isEmpty) this.#lines.delete(lineKey(entry));
    else this.#expose(line);
  }

  reopen(): void {
    this.#messages.reopen();
    this.#batches.reopen();
  }

  #claimMessages({ messages: budget, perGroup, full, paused }: ClaimRequest): Entry[] {
    const claimed: Entry[] = [];
    if (budget <= 0) return claimed;
    this.#messages.takeTurns((group, next, drop) => {
      if (paused.has(group)) return "blocked";
      const isFull = full.has(group);
      let started = 0;
      for (let entry = next(); entry; entry = next()) {
        const line = this.#lineOf(entry);
        // It was ready before another of its key was sealed or came back: it is exposed again in its turn.
        if (line && line.claimable !== entry) {
          entry.where = "line";
          drop();
          continue;
        }
        const alone = entry.batchKey === undefined;
        if (alone && isFull) return "blocked";
        if (claimed.length === budget) return "enough";
        if (alone && started === perGroup) return "more";
        drop();
        entry.where = "held";
        claimed.push(entry);
        if (alone) started += 1;
        if (line) {
          line.claimed();
          this.#expose(line);
        }
      }
      return "more";
    });
    return claimed;
  }

  #claimBatches({ batches: budget, perGroup, full, paused }: ClaimRequest): Sealed[] {
    const claimed: Sealed[] = [];
    if (budget <= 0) return claimed;
    this.#batches.takeTurns((group, next, drop) => {
      if (paused.has(group) || full.has(group)) return "blocked";
      let started = 0;
      for (let batch = next(); batch; batch = next()) {
        if (claimed.length === budget) return "enough";
        if (started === perGroup) return "more";
        drop();
        batch.where = "held";
        claimed.push(batch);
        started += 1;
      }
      return "more";
    });
    return claimed;
  }

  #schedule(item: Due): void {
    if (item.availableAt <= this.#now) return this.#ready(item);
    item.where = "scheduled";
    this.#scheduled.push(item);
  }

  #wakeDue(now: number): void {
    this.#now = Math.max(this.#now, now);
    for (let item = this.#scheduled.peek(); item && item.availableAt <= now; item = this.#scheduled.peek()) {
      this.#scheduled.pop();
      this.#ready(item);
    }
  }

  #ready(item: Due): void {
    item.where = "ready";
    if (item instanceof Entry) this.#messages.push(item);
    else this.#batches.push(item);
  }

  #expose(line: OrderLine): void {
    const next = line.claimable;
    if (next?.where === "line") this.#schedule(next);
  }

  #lineOf(entry: Entry): OrderLine | undefined {
    return entry.orderKey === undefined ? undefined : this.#lines.get(lineKey(entry));
  }
}

function lineKey({ group, batchKey, orderKey }: Entry): string {
  return JSON.stringify([group, batchKey ?? null, orderKey]);
}
