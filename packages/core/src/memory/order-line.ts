import type { Entry } from "./entry.js";

/**
 * The unsettled messages of one order key, in order. Only the first that is not held may be claimed, and none while
 * one of them is in a sealed batch.
 */
export class OrderLine {
  #entries: Entry[] = [];
  #head = 0;
  #next = 0;
  /** Members in sealed batches. */
  sealed = 0;

  get isEmpty(): boolean {
    return this.#head === this.#entries.length;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** The one that may be claimed now. Where messages travel alone, none before it may be held. */
  get claimable(): Entry | undefined {
    if (this.sealed > 0) return undefined;
    const next = this.#entries[this.#next];
    return this.#next > this.#head && next?.batchKey === undefined ? undefined : next;
  }

  claimed(): void {
    this.#next += 1;
  }

  remove(entry: Entry): void {
    if (this.#entries[this.#head] === entry) {
      this.#head += 1;
      if (this.#head > 1_024 && this.#head * 2 > this.#entries.length) this.#compact();
    } else {
      const at = this.#entries.indexOf(entry, this.#head);
      if (at >= 0) this.#entries.splice(at, 1);
    }
    this.recount();
  }

  /** After a hold ended: finds the first that is not held. */
  recount(): void {
    this.#next = this.#head;
    while (this.#entries[this.#next]?.where === "held") this.#next += 1;
  }

  #compact(): void {
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}
