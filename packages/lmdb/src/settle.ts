import type { AttemptRecord, ErrorRecord, Settlement } from "@dest/core";
import { type Entry, holdsBytes, type Life, type StoredHome } from "./home.js";
import { keyText, runPart } from "./keys.js";
import { RecordChunks } from "./record.js";
import { membersOf, type Sealed, type StoredBatch } from "./sealed.js";
import type { TransientMap } from "./transient-map.js";
import { idValue, lateValue, type Unit } from "./unit.js";

type Outcome = Exclude<Settlement, { to: "release" }>;

/** The stored form of a dead letter. */
export interface StoredDead {
  readonly home: StoredHome;
  readonly batchId?: string | undefined;
  readonly error?: ErrorRecord | undefined;
}

/** What is held, by id. */
export interface Held {
  readonly messages: Pick<TransientMap<string, Entry>, "get" | "values">;
  readonly batches: ReadonlyMap<string, Sealed>;
}

/** What settlements change in memory, once they are committed. */
export interface Settled {
  readonly left: Entry[];
  readonly kept: Sealed[];
  readonly over: Sealed[];
  readonly shrunk: Map<Sealed, StoredBatch>;
  readonly delivered: RecordChunks;
  /** Destinations whose schedule changed. */
  readonly late: Set<string>;
}

/** Writes outcomes. What is not held is left alone. */
export function planSettlements(unit: Unit, held: Held, settlements: readonly Settlement[]): Settled {
  const change: Settled = {
    left: [],
    kept: [],
    over: [],
    shrunk: new Map(),
    delivered: new RecordChunks(),
    late: new Set(),
  };
  const leaving = new Map<Sealed, Set<Entry>>();
  for (const settlement of settlements) {
    if (settlement.to === "release") continue;
    const batch = settlement.batchId === undefined ? undefined : held.batches.get(settlement.batchId);
    const entries = entriesOf(held, settlement);
    if (entries.length === 0) continue;
    if (settlement.to === "retry" && settlement.batch === "keep" && batch) {
      keepBatch(unit, batch, settlement, change);
      continue;
    }
    for (const entry of entries) {
      if (settlement.to === "retry") retryAlone(unit, entry, settlement, change);
      else if (settlement.to === "delivered") deliver(unit, entry, settlement, change);
      else bury(unit, entry, settlement);
      change.left.push(entry);
    }
    if (batch) {
      const leaves = leaving.get(batch) ?? new Set();
      for (const entry of entries) leaves.add(entry);
      leaving.set(batch, leaves);
    }
  }
  for (const [batch, leaves] of leaving) leaveBatch(unit, batch, leaves, change);
  return change;
}

/** Removes a batch and its place in line. */
export function removeBatch({ tables }: Unit, { id, destination, group, seq }: Sealed): void {
  tables.batches.remove(keyText(id));
  tables.started.remove(keyText(id));
  tables.lines.remove([keyText(destination), "b", keyText(group), seq, keyText(id)]);
}

/** A message is dead: it keeps its payload, for a replay. */
export function bury(
  unit: Unit,
  entry: Entry,
  {
    attempt,
    batchId,
    error,
  }: { attempt: AttemptRecord; batchId?: string | undefined; error?: ErrorRecord | undefined },
): void {
  const count = leaveCounts(unit, entry);
  count.dead += 1;
  unit.setState(entry, -1);
  unit.leaveOrder(entry);
  const home = entry.alone(after(entry, attempt, undefined), entry.availableAt);
  const dead: StoredDead = { home, batchId, error };
  unit.tables.dead.put(entry.seq, unit.codec.encode(dead, holdsBytes(home)));
  unit.tables.ids.put([runPart(entry.id), entry.seq, 2], idValue(entry.id));
}

function deliver(
  unit: Unit,
  entry: Entry,
  { attempt, batchId, receipt }: Outcome & { to: "delivered" | "dead" },
  change: Settled,
): void {
  const count = leaveCounts(unit, entry);
  count.delivered += 1;
  unit.setState(entry, -1);
  unit.leaveOrder(entry);
  change.delivered.add(entry, attempt, batchId, receipt);
}

function retryAlone(
  unit: Unit,
  entry: Entry,
  { attempt, availableAt, progress }: Outcome & { to: "retry" },
  change: Settled,
): void {
  if (entry.attempts.length === 0) unit.nowRetrying(entry.destination);
  const { home, seq, destination, group } = entry;
  const stored = entry.alone(after(entry, attempt, progress), availableAt);
  const { homes, lines } = unit.tables;
  if (home.kind === 1) {
    lines.remove([keyText(destination), "m", keyText(group), seq, 1]);
    homes.put([seq, 1], unit.codec.encode(stored, holdsBytes(stored)));
    unit.tables.states.remove([seq, 1]);
    unit.schedule([seq, 1], stored, availableAt);
  } else {
    unit.setState(entry, -1);
    unit.addHome([seq, 1], stored, availableAt);
  }
  change.late.add(destination);
}

function keepBatch(
  unit: Unit,
  batch: Sealed,
  { attempt, availableAt, progress }: Outcome & { to: "retry" },
  change: Settled,
): void {
  const { id, destination, group, seq, messages = [] } = batch;
  for (const entry of messages) if (entry.attempts.length === 0) unit.nowRetrying(destination);
  const stored: StoredBatch = {
    ...batch.stored,
    attempts: [...batch.attempts, attempt],
    tried: batch.tried + 1,
    firstTriedAt: batch.firstTriedAt ?? attempt.startedAt,
    availableAt,
    progress,
  };
  const { started, lines, late } = unit.tables;
  unit.putBatch(stored);
  started.remove(keyText(id));
  lines.remove([keyText(destination), "b", keyText(group), seq, keyText(id)]);
  late.put([keyText(destination), "b", availableAt, seq, keyText(id)], lateValue(group, messages.length));
  change.kept.push(batch);
  change.late.add(destination);
}

function leaveBatch(unit: Unit, batch: Sealed, leaving: ReadonlySet<Entry>, change: Settled): void {
  const stay = (batch.messages ?? []).filter((entry) => !leaving.has(entry));
  if (stay.length === 0) {
    removeBatch(unit, batch);
    change.over.push(batch);
    return;
  }
  const stored = { ...batch.stored, members: membersOf(stay) };
  unit.putBatch(stored);
  change.shrunk.set(batch, stored);
}

function after(entry: Entry, attempt: AttemptRecord, progress: Life["progress"]): Life {
  return {
    attempts: [...entry.attempts, attempt],
    tried: entry.tried + 1,
    firstTriedAt: entry.firstTriedAt ?? attempt.startedAt,
    progress,
  };
}

function leaveCounts(unit: Unit, entry: Entry) {
  const count = unit.count(entry.destination);
  if (entry.attempts.length > 0) count.retrying -= 1;
  else count.pending -= 1;
  count.bytes -= entry.bytes;
  return count;
}

function entriesOf(held: Held, { ids, batchId }: Settlement): Entry[] {
  const entries: Entry[] = [];
  for (const id of ids) {
    const entry = held.messages.get(id);
    // A message of a batch is settled with its batch, one outside without; and each once.
    if (entry && entry.batch?.id === batchId && entry.state !== -1) entries.push(entry);
  }
  return entries;
}
