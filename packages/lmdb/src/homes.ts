import { type Entry, Home, type Kind, type State, type StoredHome, unpackStates } from "./home.js";
import { keyText } from "./keys.js";
import type { Sealed, StoredBatch } from "./sealed.js";
import type { Store } from "./store.js";
import type { Key } from "./tables.js";
import { TransientMap } from "./transient-map.js";
import type { Unit } from "./unit.js";

/** Reads homes and batches, and keeps those homes in memory that are in use, so that each exists once. */
export class Homes {
  readonly store: Store<Unit>;
  readonly #inUse = new TransientMap<string, Home>();

  constructor(store: Store<Unit>) {
    this.store = store;
  }

  load(seq: number, kind: Kind): Home | undefined {
    const known = this.#inUse.get(`${seq}.${kind}`);
    if (known) return known;
    const stored = this.store.read<StoredHome>("homes", [seq, kind]);
    if (!stored) return undefined;
    const marks = this.store.read<[number, State][]>("states", [seq, kind]);
    const home = new Home(seq, kind, stored, marks && unpackStates(marks));
    this.#inUse.set(`${seq}.${kind}`, home);
    return home;
  }

  keep(home: Home): void {
    if (home.users > 0) this.#inUse.set(`${home.seq}.${home.kind}`, home);
  }

  release(home: Home): void {
    if (home.users <= 0) this.#inUse.delete(`${home.seq}.${home.kind}`);
  }

  /** The message with that seq, if it has a home of its own and is in line. */
  inLine(seq: number): Entry | undefined {
    for (const kind of [1, 0] as const) {
      const home = this.load(seq, kind);
      const [entry] = home?.entries ?? [];
      if (!home || !entry || home.entries.length > 1) continue;
      const line = [keyText(entry.destination), "m", keyText(entry.group), seq, kind];
      if (entry.state === 0 && this.store.tables.lines.doesExist(line)) return entry;
      this.release(home);
    }
    return undefined;
  }

  batch(id: string): StoredBatch | undefined {
    return this.store.read<StoredBatch>("batches", keyText(id));
  }

  /** The members of a batch, in their order, without those that are damaged. */
  membersOf(batch: Sealed): readonly Entry[] {
    if (batch.messages) return batch.messages;
    const members: Entry[] = [];
    for (const [seq, kind, from, count] of batch.stored.members) {
      const home = this.load(seq, kind);
      for (const entry of home?.entries.slice(from, from + count) ?? []) {
        if (entry.state !== batch.id) continue;
        entry.batch = batch;
        entry.move("sealed");
        members.push(entry);
      }
    }
    batch.messages = members;
    return members;
  }

  /** The members of a batch that waits need not be in memory. */
  dropMembers(batch: Sealed): void {
    for (const entry of batch.messages ?? []) {
      entry.batch = undefined;
      entry.move("out");
      this.release(entry.home);
    }
    batch.messages = undefined;
  }

  /** The name of a group whose key shows only its hash. */
  groupOf(kind: "m" | "b", seq: number, id: Key): string {
    if (kind === "b") return this.batch(id as string)?.group ?? "";
    const home = this.load(seq, id as Kind);
    if (home) this.release(home);
    return home?.entries[0]?.group ?? "";
  }

  clear(): void {
    this.#inUse.clear();
  }
}
