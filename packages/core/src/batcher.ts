import type { CloseReason } from "./events.js";
import type { StoredMessage } from "./outbox.js";
import type { BatchLimits } from "./policy.js";

/** Messages gathered for one batch, not sealed yet. */
export interface OpenBatch {
  readonly group: string;
  readonly key: string;
  readonly messages: StoredMessage[];
  bytes: number;
  /** Since when its oldest message waits, and since when it is open here: epoch milliseconds. */
  oldest: number;
  readonly openedAt: number;
  firstSeq: number;
  isOpen: boolean;
}

export interface ClosedBatch extends OpenBatch {
  readonly reason: CloseReason;
}

/** Bytes of the open batches of all lanes. At its ceiling the largest of them closes. */
export class OpenBytes {
  readonly #ceiling: number;
  readonly #batchers = new Set<Batcher>();
  #held = 0;

  constructor(ceiling: number) {
    this.#ceiling = ceiling;
  }

  join(batcher: Batcher): void {
    this.#batchers.add(batcher);
  }

  changed(bytes: number): void {
    this.#held += bytes;
    while (this.#held > this.#ceiling) {
      let largest: { batcher: Batcher; batch: OpenBatch } | undefined;
      for (const batcher of this.#batchers) {
        const batch = batcher.largest();
        if (batch && batch.bytes > (largest?.batch.bytes ?? -1)) largest = { batcher, batch };
      }
      if (!largest) return;
      largest.batcher.close(largest.batch, "ceiling");
    }
  }
}

/** Gathers messages into batches by group and key, and closes them by size, bytes, age or because it is told to. */
export class Batcher {
  readonly #limits: BatchLimits;
  readonly #openBytes: OpenBytes;
  readonly #onClosed: () => void;
  readonly #open = new Map<string, OpenBatch>();
  #last: OpenBatch | undefined;
  #closed: ClosedBatch[] = [];
  // Order keys in closed batches that are not sealed yet; once they are, the outbox watches over them.
  readonly #closedOrderKeys = new Set<string>();
  #nextAt = Number.POSITIVE_INFINITY;

  /** `onClosed` is called when a batch closes because of the ceiling, which another lane may have reached. */
  constructor(limits: BatchLimits, openBytes: OpenBytes, onClosed: () => void) {
    this.#limits = limits;
    this.#openBytes = openBytes;
    this.#onClosed = onClosed;
    openBytes.join(this);
  }

  /** Answers false where the message may not be gathered now: another of its order key is in a closed batch. */
  add(message: StoredMessage, now: number): boolean {
    const orderKey = orderKeyOf(message);
    if (orderKey !== undefined && this.#closedOrderKeys.has(orderKey)) return false;
    let batch = this.#openFor(message);
    // What was already done for a message is told for a whole batch: such a message travels alone.
    const alone = message.progress !== undefined;
    if (batch && (alone || batch.bytes + message.bytes > this.#limits.maxBytes)) {
      this.close(batch, alone ? "maxSize" : "maxBytes");
      batch = undefined;
      if (orderKey !== undefined && this.#closedOrderKeys.has(orderKey)) return false;
    }
    if (!batch) {
      const { group, batchKey = "", availableAt: oldest, seq: firstSeq } = message;
      batch = { group, key: batchKey, messages: [], bytes: 0, oldest, openedAt: now, firstSeq, isOpen: true };
      this.#open.set(batchKeyOf(message), batch);
      this.#last = batch;
    }
    batch.messages.push(message);
    batch.bytes += message.bytes;
    batch.oldest = Math.min(batch.oldest, message.availableAt);
    batch.firstSeq = Math.min(batch.firstSeq, message.seq);
    this.#nextAt = Math.min(this.#nextAt, batch.oldest + this.#limits.maxWait);
    this.#openBytes.changed(message.bytes);
    if (!batch.isOpen) return true;
    if (alone || batch.messages.length >= this.#limits.maxSize) this.close(batch, "maxSize");
    else if (batch.bytes >= this.#limits.maxBytes) this.close(batch, "maxBytes");
    return true;
  }

  /** When to call `closeDue`: not after the next batch is old enough, sometimes before. */
  get nextAt(): number | undefined {
    return this.#open.size === 0 ? undefined : this.#nextAt;
  }

  /** While more is waiting to be gathered, an old batch may fill up, for `maxWait` from when it was opened here. */
  closeDue(now: number, moreWaits: boolean): void {
    if (now < this.#nextAt) return;
    this.#nextAt = Number.POSITIVE_INFINITY;
    for (const batch of [...this.#open.values()]) {
      const closeAt = (moreWaits ? batch.openedAt : batch.oldest) + this.#limits.maxWait;
      if (closeAt <= now) this.close(batch, "maxWait");
      else this.#nextAt = Math.min(this.#nextAt, batch.oldest + this.#limits.maxWait);
    }
  }

  /** Closes what holds a message accepted up to `seq`. */
  closeThrough(seq: number): void {
    for (const batch of [...this.#open.values()]) {
      if (batch.firstSeq <= seq) this.close(batch, "flush");
    }
  }

  largest(): OpenBatch | undefined {
    let largest: OpenBatch | undefined;
    for (const batch of this.#open.values()) if (batch.bytes > (largest?.bytes ?? -1)) largest = batch;
    return largest;
  }

  /** Most messages come for the same batch as the one before. */
  #openFor(message: StoredMessage): OpenBatch | undefined {
    const { group, batchKey = "" } = message;
    const last = this.#last;
    if (last?.isOpen && last.group === group && last.key === batchKey) return last;
    this.#last = this.#open.get(batchKeyOf(message));
    return this.#last;
  }

  close(batch: OpenBatch, reason: CloseReason): void {
    const [first] = batch.messages;
    if (!first) return;
    batch.isOpen = false;
    this.#open.delete(batchKeyOf(first));
    this.#closed.push({ ...batch, reason });
    for (const message of batch.messages) {
      const orderKey = orderKeyOf(message);
      if (orderKey !== undefined) this.#closedOrderKeys.add(orderKey);
    }
    this.#openBytes.changed(-batch.bytes);
    if (reason === "ceiling") this.#onClosed();
  }

  /** Takes the closed batches, to be sealed; `sealed` is told when they are. */
  takeClosed(): ClosedBatch[] {
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  sealed(): void {
    if (this.#closed.length === 0) this.#closedOrderKeys.clear();
  }

  /** Takes everything that is gathered, closed or not. */
  drain(): StoredMessage[] {
    const batches = [...this.takeClosed(), ...this.#open.values()];
    for (const batch of this.#open.values()) {
      batch.isOpen = false;
      this.#openBytes.changed(-batch.bytes);
    }
    this.#open.clear();
    this.sealed();
    return batches.flatMap((batch) => batch.messages);
  }
}

function batchKeyOf({ group, batchKey = "" }: StoredMessage): string {
  return `${group.length}:${group}${batchKey}`;
}

function orderKeyOf(message: StoredMessage): string | undefined {
  return message.orderKey === undefined
    ? undefined
    : `${batchKeyOf(message).length}:${batchKeyOf(message)}${message.orderKey}`;
}
