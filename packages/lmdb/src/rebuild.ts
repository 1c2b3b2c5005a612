import { homeReach } from "./accept.js";
import { Home, type Kind, packStates, type State, type StoredHome, unpackStates } from "./home.js";
import { afterText, keyText, runPart } from "./keys.js";
import type { StoredBatch } from "./sealed.js";
import type { StoredDead } from "./settle.js";
import type { Store } from "./store.js";
import { nothing } from "./tables.js";
import { type Count, idValue, lateValue, readLate, type Unit } from "./unit.js";

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
    for (const [, id] of dead.home.rows) tables.ids.put([runPart(id), seq, 2], idValue(id));
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
    batches.set(stored.id, stored);
    const { destination, group, seq, availableAt, members, tried } = stored;
    const name = keyText(destination);
    const count = members.reduce((sum, [, , , of]) => sum + of, 0);
    if (tried > 0) late.put([name, "b", availableAt, seq, keyText(id)], lateValue(group, count));
    else lines.put([name, "b", keyText(group), seq, keyText(id)], nothing);
  }
  return batches;
}

/**
 * Whether lines and schedule have all that is counted as waiting: a key that was damaged leads nowhere. It looks at
 * what is stored, as homes in memory are ahead of that while a transaction is being committed.
 */
export function isComplete(store: Store<Unit>, name: string): boolean {
  const { lines, late } = store.tables;
  let found = 0;
  for (const key of lines.getKeys({ start: [name, "m"], end: [name, "m", afterText] })) {
    const home = key.slice(3);
    const rows = store.read<StoredHome>("homes", home)?.rows.length ?? 0;
    const marks = store.read<[number, State][]>("states", home) ?? [[rows, 0]];
    for (const [count, state] of marks) if (state === 0) found += count;
  }
  for (const key of lines.getKeys({ start: [name, "b"], end: [name, "b", afterText] })) {
    const stored = store.read<StoredBatch>("batches", key[4] as string);
    for (const [, , , of] of stored?.members ?? []) found += of;
  }
  for (const { value } of late.getRange({ start: [name], end: [name, afterText] }))
    found += readLate(value)[1];
  const count = store.read<Count>("counts", name);
  return found === (count?.pending ?? 0) + (count?.retrying ?? 0);
}

/** The highest seq that anything in the store has. */
export function highestSeq({ tables }: Store<Unit>): number {
  let highest = 0;
  for (const key of tables.homes.getKeys({ reverse: true, limit: 1 }))
    highest = (key[0] as number) + homeReach;
  for (const seq of tables.dead.getKeys({ reverse: true, limit: 1 }))
    highest = Math.max(highest, seq as number);
  for (const key of tables.deliveredIndex.getKeys()) highest = Math.max(highest, key[4] as number);
  return highest;
}
