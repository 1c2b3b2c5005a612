import type { Settlement, StoredMessage } from "./outbox.js";

/** One `flush`: how many of the messages accepted before it are still to be settled. */
export interface Flush {
  /** The last `seq` it waits for. */
  readonly through: number;
  /** A retry later than this is not waited for. */
  readonly dueBy: number;
  left: number;
  done(): void;
}

/** The flushes that are waiting; every settlement is told to them. */
export class Flushes {
  readonly #flushes = new Set<Flush>();

  /** Up to which `seq` open batches are to be closed without delay. */
  get through(): number | undefined {
    if (this.#flushes.size === 0) return undefined;
    return Math.max(...[...this.#flushes].map((flush) => flush.through));
  }

  add(flush: Flush): void {
    if (flush.left <= 0) flush.done();
    else this.#flushes.add(flush);
  }

  /** The time of a flush is over. */
  remove(flush: Flush): void {
    this.#flushes.delete(flush);
  }

  settled({ seq }: StoredMessage, settlement: Exclude<Settlement, { to: "release" }>): void {
    for (const flush of this.#flushes) {
      if (seq > flush.through) continue;
      if (settlement.to === "retry" && settlement.availableAt <= flush.dueBy) continue;
      flush.left -= 1;
      if (flush.left > 0) continue;
      this.#flushes.delete(flush);
      flush.done();
    }
  }
}
