import { DestError } from "@dest/core";
import type { Database } from "lmdb";
import { salvage } from "./integrity.js";
import { highestSeq, rebuild } from "./rebuild.js";
import type { OnDamage, Store } from "./store.js";
import type { Key } from "./tables.js";
import type { Unit } from "./unit.js";

// What everything else follows from.
const carried = [
  "homes",
  "states",
  "batches",
  "started",
  "dead",
  "delivered",
  "deliveredIndex",
  "runs",
  "counts",
] as const;
const carriedAtOnce = 1_000;

/** A value was set aside, or the store is made of what could be read of another: what follows is not sure. */
export function isInDoubt({ tables }: Store<Unit>): boolean {
  return tables.meta.doesExist("doubt");
}

/** After a store was left open or damaged: nothing gets a seq that is taken, and what is in doubt is made anew. */
export async function repair(store: Store<Unit>, isDamaged: boolean): Promise<void> {
  await store.write({
    plan: (unit) => {
      unit.atLeast(highestSeq(store));
      if (isDamaged || isInDoubt(store)) rebuild(store, unit);
    },
  });
}

/** Takes everything into this store that can be read of the one that was set aside. */
export async function carryOver(store: Store<Unit>, aside: string, onDamage: OnDamage): Promise<void> {
  let entries = 0;
  for (const table of carried) {
    const found: [Key | Key[], Buffer][] = [];
    await salvage(aside, table, (key, value) => found.push([key as Key | Key[], Buffer.from(value)]));
    entries += found.length;
    for (let i = 0; i < found.length; i += carriedAtOnce) {
      const part = found.slice(i, i + carriedAtOnce);
      await store.write({
        plan: ({ tables }) => {
          for (const [key, value] of part) (tables[table] as Database<Buffer, Key | Key[]>).put(key, value);
        },
      });
    }
  }
  const message = `the store could not be opened: it is damaged. It is kept in ${aside}, and what could be read of it (${entries} entries) is carried over; what could not is lost to this store`;
  onDamage(new DestError("DEST_OUTBOX_CORRUPT", message));
}
