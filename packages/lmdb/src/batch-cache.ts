import type { Homes } from "./homes.js";
import { keyText } from "./keys.js";
import type { Sealed } from "./sealed.js";

const mostBytes = 64 * 1024 * 1024;

/** Sealed batches in memory, from their sealing or being read to their end; of some that wait, the members too. */
export class BatchCache {
  readonly #homes: Homes;
  readonly #batches = new Map<string, Sealed>();
  readonly #withMembers = new Set<Sealed>();
  #bytes = 0;

  constructor(homes: Homes) {
    this.#homes = homes;
  }

  has(id: string): boolean {
    return this.#batches.has(keyText(id));
  }

  add(batch: Sealed): void {
    this.#batches.set(keyText(batch.id), batch);
  }

  /** It waits to be claimed: its members stay if there is room for them. */
  waits(batch: Sealed): void {
    if (!batch.messages) return;
    if (this.#bytes + batch.bytes > mostBytes) return this.#homes.dropMembers(batch);
    this.#withMembers.add(batch);
    this.#bytes += batch.bytes;
  }

  /** It was claimed. */
  claimed(batch: Sealed): void {
    if (this.#withMembers.delete(batch)) this.#bytes -= batch.bytes;
  }

  /** It is over, or on the disk only. */
  delete(batch: Sealed): void {
    this.claimed(batch);
    this.#batches.delete(keyText(batch.id));
    this.#homes.dropMembers(batch);
  }

  clear(): void {
    this.#batches.clear();
    this.#withMembers.clear();
    this.#bytes = 0;
  }
}
