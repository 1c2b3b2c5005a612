import { Home, type Kind, packStates, type State, type StoredHome, unpackStates } from "./home.js";
import type { Homes } from "./homes.js";
import { afterText, keyText, runPart } from "./keys.js";
import type { StoredBatch } from "./sealed.js";
import type { StoredDead } from "./settle.js";
import type { Store } from "./store.js";
import { type Count, lateValue, nothing, readLate, type Unit } from "./unit.js";

/**
 * Makes everything that follows from homes, batches and dead letters anew: lines, schedule, indexes, counts. For a
 * store of which some was lost. Messages whose batch is lost are in line again.
 */
export function rebuild(store: Store<Unit>, unit: Unit): void {
  const { tables, codec } = store;
  const delivered = new Map<string, number>();
  for (const key of [...tables.counts.getKeys()]) {
    const count = store.read<Count & { destination: string }>("counts", key);
    if (count) delivered.set(count.destination, count.delivered);
  }
  for (const table of ["lines", "late", "keys", "ids"] as const)
    for (const key of [...tables[table].getKeys()]) tables[table].remove(key);
  for (const [destination, times] of delivered)
    Object.assign(unit.count(destination), { pending: 0, retrying: 0, dead: 0, bytes: 0, delivered: times });

  const batches = rebuildBatches(store);
  for (const key of [...tables.homes.getKeys()]) {
    const [seq, kind] = key as [number, Kind];
    const stored = store.read<StoredHome>("homes", key);
    if (!stored) continue;
    const marks = store.read<[number, State][]>("states", key);
    const states = (marks ? unpackStates(marks) : stored.rows.map((): State => 0)).map((state) =>
      typeof state === "string" && !batches.has(state) ? 0 : state,
    );
    if (marks) tables.states.put(key, codec.encode(packStates(states)));
    unit.indexHome([seq, kind], stored, (row) => states[row] !== -1);
    const { entries } = new Home(seq, kind, stored, states);
    for (const entry of entries) {
      if (entry.state === -1) continue;
      const count = unit.count(entry.destination);
      const tried =
        entry.attempts.length > 0 || (batches.get(entry.state as string)?.attempts.length ?? 0) > 0;
      count[tried ? "retrying" : "pending"] += 1;
      count.bytes += entry.bytes;
    }
    const [first] = entries;
    if (!first || !states.includes(0)) continue;
    const hasTime = first.life !== undefined || first.availableAt > first.acceptedAt;
    if (entries.length === 1 && hasTime) unit.schedule([seq, kind], stored, first.availableAt);
    else unit.putInLine([seq, kind], stored);
  }
  for (const seq of [...tables.dead.getKeys()] as number[]) {
    const dead = store.read<StoredDead>("dead", seq);
    if (!dead) continue;
    unit.count(dead.home.destination).dead += 1;
    for (const [, { id }] of dead.home.rows) tables.ids.put([runPart(id), seq, 2], nothing);
  }
  unit.atLeast(highestSeq(store));
  tables.meta.remove("doubt");
}

function rebuildBatches(store: Store<Unit>): Map<string, StoredBatch> {
  const batches = new Map<string, StoredBatch>();
  const { lines, late } = store.tables;
  for (const id of [...store.tables.batches.getKeys()] as string[]) {
    const stored = store.read<StoredBatch>("batches", id);
    if (!stored) continue;
    batches.set(id, stored);
    const { destination, group, seq, availableAt, members, tried } = stored;
    const name = keyText(destination);
    const count = members.reduce((sum, [, , , of]) => sum + of, 0);
    if (tried > 0) late.put([name, "b", availableAt, seq, id], lateValue(group, count));
    else lines.put([name, "b", keyText(group), seq, id], nothing);
  }
  return batches;
}

/** Whether lines and schedule have all that is counted as waiting: a key that was damaged leads nowhere. */
export function isComplete(
  { store, load, release }: Pick<Homes, "store" | "load" | "release">,
  name: string,
): boolean {
  const { counts, lines, late } = store.tables;
  const count = counts.doesExist(name) ? store.read<Count>("counts", name) : undefined;
  if (!count) return false;
  let found = 0;
  for (const key of lines.getKeys({ start: [name, "m"], end: [name, "m", afterText] })) {
    const [seq, kind] = key.slice(3) as [number, Kind];
    const home = load(seq, kind);
    for (const entry of home?.entries ?? []) if (entry.state === 0) found += 1;
    if (home) release(home);
  }
  for (const key of lines.getKeys({ start: [name, "b"], end: [name, "b", afterText] })) {
    const stored = store.read<StoredBatch>("batches", key[4] as string);
    for (const [, , , of] of stored?.members ?? []) found += of;
  }
  for (const { value } of late.getRange({ start: [name], end: [name, afterText] }))
    found += readLate(value)[1];
  return found === count.pending + count.retrying;
}

/** The highest seq that anything in the store has. */
export function highestSeq({ tables }: Store<Unit>): number {
  let highest = 0;
  for (const key of tables.homes.getKeys({ reverse: true, limit: 1 })) highest = key[0] as number;
  for (const seq of tables.dead.getKeys({ reverse: true, limit: 1 }))
    highest = Math.max(highest, seq as number);
  for (const key of tables.deliveredIndex.getKeys()) highest = Math.max(highest, key[4] as number);
  return highest;
}
