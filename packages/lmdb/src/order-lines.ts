import type { Entry } from "./home.js";
import type { Store } from "./store.js";
import { lineKey, type Unit } from "./unit.js";

interface Line {
  /** Seqs of messages of this key that are claimed, and in no sealed batch. */
  readonly held: Set<number>;
  /** Every message of the key up to here is held. */
  heldThrough: number;
  /** The one that is in memory and may be claimed next. */
  ready: Entry | undefined;
}

/**
 * Order keys: which message of a key may be claimed. The store lists the unsettled messages of each key; only the first
 * that is not held may be claimed, and where messages travel alone, none before it may be held.
 */
export class OrderLines {
  readonly #store: Store<Unit>;
  readonly #lines = new Map<string, Line>();

  constructor(store: Store<Unit>) {
    this.#store = store;
  }

  mayClaim(entry: Entry): boolean {
    return entry.orderKey === undefined || this.next(entry) === entry.seq;
  }

  /** The seq of the message that may be claimed next, of the key this one has. */
  next(entry: Entry): number | undefined {
    const line = this.#lines.get(nameOf(entry));
    const first = this.#firstNotHeld(entry, line);
    return entry.batchKey === undefined && line && line.held.size > 0 ? undefined : first;
  }

  /** It is in memory and may be claimed. Answers whether it was not so before. */
  ready(entry: Entry): boolean {
    if (entry.orderKey === undefined) return true;
    const line = this.#line(entry);
    if (line.ready === entry) return false;
    line.ready = entry;
    return true;
  }

  claimed(entry: Entry): void {
    if (entry.orderKey === undefined) return;
    const line = this.#line(entry);
    line.held.add(entry.seq);
    line.ready = undefined;
  }

  /** It is no longer held, or no longer in memory. */
  left(entry: Entry): void {
    if (entry.orderKey === undefined) return;
    const name = nameOf(entry);
    const line = this.#lines.get(name);
    if (!line) return;
    if (line.ready === entry) line.ready = undefined;
    line.held.delete(entry.seq);
    if (entry.seq <= line.heldThrough) line.heldThrough = 0;
    if (line.held.size === 0 && !line.ready) this.#lines.delete(name);
  }

  readyOf(entry: Entry): Entry | undefined {
    return this.#lines.get(nameOf(entry))?.ready;
  }

  clear(): void {
    this.#lines.clear();
  }

  #firstNotHeld(entry: Entry, line: Line | undefined): number | undefined {
    const prefix = prefixOf(entry);
    const start = [...prefix, (line?.heldThrough ?? 0) + 1];
    const end = [...prefix, Number.POSITIVE_INFINITY];
    for (const key of this.#store.tables.keys.getKeys({ start, end })) {
      const seq = key.at(-1) as number;
      if (!line?.held.has(seq)) return seq;
      line.heldThrough = seq;
    }
    return undefined;
  }

  #line(entry: Entry): Line {
    const name = nameOf(entry);
    let line = this.#lines.get(name);
    if (!line) {
      line = { held: new Set(), heldThrough: 0, ready: undefined };
      this.#lines.set(name, line);
    }
    return line;
  }
}

function prefixOf(entry: Entry): string[] {
  return lineKey(entry, { batchKey: entry.batchKey, orderKey: entry.orderKey as string });
}

function nameOf(entry: Entry): string {
  return JSON.stringify(prefixOf(entry));
}
