import type { ReplayQuery } from "@dest/core";
import { type Entry, Home } from "./home.js";
import { last, runPart } from "./keys.js";
import type { StoredDead } from "./settle.js";
import type { Store } from "./store.js";
import { mayBe, type Unit } from "./unit.js";

/** A dead letter as it was read. */
export interface Dead extends Omit<StoredDead, "home"> {
  readonly entry: Entry;
}

interface Replayed {
  readonly id: string;
  readonly destination: string;
  /** Its new place in commit order. */
  readonly seq: number;
}

const replayedAtOnce = 500;

/** Messages nobody will try again, with their payloads, in commit order. */
export class DeadLetters {
  readonly #store: Store<Unit>;

  constructor(store: Store<Unit>) {
    this.#store = store;
  }

  read(seq: number): Dead | undefined {
    const stored = this.#store.read<StoredDead>("dead", seq);
    if (!stored) return undefined;
    const { home, batchId, error } = stored;
    const [entry] = new Home(seq, 1, home).entries as [Entry];
    return { entry, batchId, error };
  }

  after(seq: number): Iterable<number> {
    return this.#store.tables.dead.getKeys({ start: seq + 1 }).map((key) => key as number);
  }

  /** Puts them back at the tail, a few hundred with each write. */
  async replay(query: ReplayQuery, now: number): Promise<Replayed[]> {
    const seqs = "ids" in query ? query.ids.flatMap((id) => this.#find(id)) : [...this.after(0)];
    const destination = "ids" in query ? undefined : query.destination;
    const replayed: Replayed[] = [];
    for (let i = 0; i < seqs.length; i += replayedAtOnce) {
      const part = seqs.slice(i, i + replayedAtOnce);
      replayed.push(
        ...(await this.#store.write({ plan: (unit) => this.#revive(unit, part, destination, now) })),
      );
    }
    return replayed;
  }

  #revive(unit: Unit, seqs: readonly number[], only: string | undefined, now: number) {
    const replayed: Replayed[] = [];
    for (const seq of seqs) {
      const dead = this.read(seq);
      if (!dead || (only !== undefined && dead.entry.destination !== only)) continue;
      const { entry } = dead;
      const { id, destination, bytes, attempts } = entry;
      unit.tables.dead.remove(seq);
      unit.tables.ids.remove([runPart(id), seq, 2]);
      const tail = unit.take(1);
      unit.addHome([tail, 0], entry.alone({ attempts, tried: 0 }, now));
      const count = unit.count(destination);
      count.dead -= 1;
      count[attempts.length > 0 ? "retrying" : "pending"] += 1;
      count.bytes += bytes;
      replayed.push({ id, destination, seq: tail });
    }
    return replayed;
  }

  #find(id: string): number[] {
    const { ids } = this.#store.tables;
    const part = runPart(id);
    const found: number[] = [];
    for (const { key, value } of ids.getRange({ start: [part, 0], end: [part, last] })) {
      const [, seq, kind] = key as [string, number, number];
      if (kind === 2 && mayBe(value, id) && this.read(seq)?.entry.id === id) found.push(seq);
    }
    return found;
  }
}
