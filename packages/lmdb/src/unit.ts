import type { Codec } from "./codec.js";
import {
  type Entry,
  type Home,
  holdsBytes,
  type Kind,
  packStates,
  type Row,
  type State,
  type StoredHome,
} from "./home.js";
import { keyText, runPartsOf } from "./keys.js";
import { numberBytes, readNumber } from "./meta.js";
import type { StoredBatch } from "./sealed.js";
import type { Store, UnitOfWork } from "./store.js";
import { nothing, type Tables } from "./tables.js";

/** How many messages of one destination there are, by what became of them. */
export interface Count {
  pending: number;
  retrying: number;
  delivered: number;
  dead: number;
  /** Of pending and retrying. */
  bytes: number;
}

type HomeKey = readonly [seq: number, kind: Kind];

interface Address {
  readonly destination: string;
  readonly group: string;
}

/** The changes of one transaction, so that each value they touch is written once. */
export class Unit implements UnitOfWork {
  readonly tables: Tables;
  readonly codec: Codec;
  readonly #counts = new Map<string, Count>();
  readonly #touched = new Map<Home, readonly State[]>();
  readonly #undo: (() => void)[] = [];
  readonly #firstSeq: number;
  #seq: number;

  constructor(readonly store: Store<Unit>) {
    this.tables = store.tables;
    this.codec = store.codec;
    this.#firstSeq = readNumber(store.tables.meta, "seq");
    this.#seq = this.#firstSeq;
  }

  /** Nothing new gets a seq up to this one. */
  atLeast(seq: number): void {
    this.#seq = Math.max(this.#seq, seq);
  }

  /** Takes so many seqs; answers the first. */
  take(seqs: number): number {
    const first = this.#seq + 1;
    this.#seq += seqs;
    return first;
  }

  count(destination: string): Count {
    let count = this.#counts.get(destination);
    if (!count) {
      const none = { pending: 0, retrying: 0, delivered: 0, dead: 0, bytes: 0 };
      count = this.store.read<Count>("counts", keyText(destination)) ?? none;
      this.#counts.set(destination, count);
    }
    return count;
  }

  /** One of its messages was tried for the first time. */
  nowRetrying(destination: string): void {
    const count = this.count(destination);
    count.pending -= 1;
    count.retrying += 1;
  }

  /** Stores a home that is new; `availableAt`: in the schedule instead of in its group's line. */
  addHome(key: HomeKey, stored: StoredHome, availableAt?: number): void {
    this.tables.homes.put([...key], this.codec.encodeRows(stored, holdsBytes(stored)));
    this.indexHome(key, stored);
    if (availableAt !== undefined) this.schedule(key, stored, availableAt);
    else this.putInLine(key, stored);
  }

  /** Undoes `addHome`. */
  removeHome([seq, kind]: HomeKey, stored: StoredHome, availableAt?: number): void {
    const { homes, ids, keys, lines, late } = this.tables;
    const destination = keyText(stored.destination);
    homes.remove([seq, kind]);
    for (const part of runPartsOf(stored.runId, idsOf(stored.rows))) ids.remove([part, seq, kind]);
    for (const [distance, , , , options] of stored.rows) {
      if (options?.orderKey === undefined) continue;
      const { batchKey, orderKey } = options;
      keys.remove([...lineKey(stored, { batchKey, orderKey }), seq + distance]);
    }
    if (availableAt === undefined) lines.remove([destination, "m", keyText(stored.group), seq, kind]);
    else late.remove([destination, "m", availableAt, seq, kind]);
  }

  /** Makes the messages of a home findable by id and by order key; `alive` says of which. */
  indexHome([seq, kind]: HomeKey, { rows, ...of }: StoredHome, alive?: (row: number) => boolean): void {
    const { ids, keys } = this.tables;
    const living = alive ? rows.filter((_, row) => alive(row)) : rows;
    const value = rows.length === 1 ? idValue((rows[0] as Row)[1]) : nothing;
    for (const part of runPartsOf(of.runId, idsOf(living))) ids.put([part, seq, kind], value);
    for (const [distance, , , , options] of living) {
      if (options?.orderKey === undefined) continue;
      const { batchKey, orderKey } = options;
      keys.put([...lineKey(of, { batchKey, orderKey }), seq + distance], nothing);
    }
  }

  putInLine([seq, kind]: HomeKey, { destination, group }: Address): void {
    this.tables.lines.put([keyText(destination), "m", keyText(group), seq, kind], nothing);
  }

  schedule([seq, kind]: HomeKey, { destination, group }: Address, availableAt: number): void {
    const { late } = this.tables;
    late.put([keyText(destination), "m", availableAt, seq, kind], lateValue(group, 1));
  }

  /** Changes where a message of the home is. What that means for home and line is written at the end. */
  setState(entry: Entry, state: State): void {
    const { home } = entry;
    if (!this.#touched.has(home)) {
      this.#touched.set(home, home.states);
      home.states = [...home.states];
    }
    home.states[entry.index] = state;
  }

  /** Nobody of its order key waits for it any longer. */
  leaveOrder(entry: Entry): void {
    if (entry.orderKey === undefined) return;
    const { orderKey, batchKey } = entry;
    this.tables.keys.remove([...lineKey(entry, { batchKey, orderKey }), entry.seq]);
  }

  putBatch(stored: StoredBatch): void {
    this.tables.batches.put(keyText(stored.id), this.codec.encode(stored));
  }

  finish(): void {
    const { meta, counts } = this.tables;
    for (const home of this.#touched.keys()) this.#writeStates(home);
    for (const [destination, count] of this.#counts)
      counts.put(keyText(destination), this.codec.encode({ destination, ...count }));
    if (this.#seq !== this.#firstSeq) meta.put("seq", numberBytes(this.#seq));
  }

  /** Called when nothing of this came to be. */
  onUndo(undo: () => void): void {
    this.#undo.push(undo);
  }

  undo(): void {
    for (const [home, states] of this.#touched) home.states = [...states];
    for (const undo of this.#undo) undo();
  }

  #writeStates(home: Home): void {
    const { homes, states, lines, ids } = this.tables;
    const before = this.#touched.get(home) as readonly State[];
    const [first] = home.entries as [Entry];
    const line = [keyText(first.destination), "m", keyText(first.group), home.seq, home.kind];
    if (before.includes(0) && !home.states.includes(0)) lines.remove(line);
    if (home.states.every((state) => state === -1)) {
      homes.remove(home.key);
      if (home.hasStates) states.remove(home.key);
      const known = home.entries.map(({ id }) => id);
      for (const part of runPartsOf(first.origin.runId, known)) ids.remove([part, home.seq, home.kind]);
    } else {
      home.hasStates = true;
      states.put(home.key, this.codec.encode(packStates(home.states)));
    }
  }
}

function idsOf(rows: readonly Row[]): string[] {
  return rows.map(([, id]) => id);
}

/** The prefix of the entries of one order key. */
export function lineKey(
  { destination, group }: Address,
  { batchKey, orderKey }: { readonly batchKey: string | undefined; readonly orderKey: string },
): string[] {
  const batch = batchKey === undefined ? "-" : `=${keyText(batchKey)}`;
  return [keyText(destination), keyText(group), batch, keyText(orderKey)];
}

/** What the index says of a message that lies alone, so that finding one of a long run need not read all of it. */
export function idValue(id: string): Buffer {
  return Buffer.from(`=${id}`);
}

/** Whether what the index says may be the message with that id. */
export function mayBe(value: Buffer, id: string): boolean {
  return value.equals(nothing) || value.equals(idValue(id));
}

/** What the schedule says of a message or batch besides its time. */
export function lateValue(group: string, messages: number): Buffer {
  return Buffer.from(JSON.stringify([group, messages]));
}

export function readLate(value: Buffer): [group: string, messages: number] {
  return JSON.parse(value.toString()) as [string, number];
}
