import { DestError } from "@dest/core";
import type { Database } from "lmdb";
import { salvage } from "./integrity.js";
import { highestSeq, isComplete, rebuild } from "./rebuild.js";
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
const readAtOnce = 16 * 1024 * 1024;

export const damagedIndex = "the index does not have everything that waits: it was damaged, and is made anew";

/** A value was set aside, or the store is made of what could be read of another: what follows is not sure. */
export function isInDoubt({ tables }: Store<Unit>): boolean {
  return tables.meta.doesExist("doubt");
}

/**
 * After a store was left open or damaged: nothing gets a seq that is taken, and what is in doubt is made anew. A small
 * store is read as a whole, so that nothing is counted, and waited for, that cannot be read.
 */
export async function repair(store: Store<Unit>, isDamaged: boolean, warn: OnDamage): Promise<void> {
  const isWhole = isDamaged || !isSmall(store) || checkAll(store, warn);
  await store.write({
    plan: (unit) => {
      unit.atLeast(highestSeq(store));
      if (isDamaged || !isWhole || isInDoubt(store)) rebuild(store, unit);
    },
  });
}

/** Whether it is quickly read as a whole. */
export function isSmall({ tables }: Store<Unit>): boolean {
  const pages = (table: { getStats(): object }) => {
    const stats = table.getStats() as Record<"pageSize" | "treeLeafPageCount" | "overflowPages", number>;
    return stats.pageSize * (stats.treeLeafPageCount + stats.overflowPages);
  };
  return pages(tables.homes) + pages(tables.late) + pages(tables.lines) <= readAtOnce;
}

function checkAll(store: Store<Unit>, warn: OnDamage): boolean {
  let isWhole = true;
  for (const name of store.tables.counts.getKeys()) if (!isComplete(store, name as string)) isWhole = false;
  for (const [name] of store.tables.lines.getKeys() as Iterable<[string]>)
    if (!store.tables.counts.doesExist(name)) isWhole = false;
  if (!isWhole && !isInDoubt(store)) warn(new DestError("DEST_OUTBOX_CORRUPT", damagedIndex));
  return isWhole;
}

/** Takes everything into this store that can be read of the one that was set aside; answers how many entries. */
export async function carryOver(store: Store<Unit>, aside: string): Promise<number> {
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
  return entries;
}
