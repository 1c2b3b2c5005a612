import {
  type AttemptRecord,
  type ClaimAnswer,
  type ClaimRequest,
  DestError,
  type NewBatch,
  type Retention,
  type SealedBatch,
  type Settlement,
} from "@dest/core";
import type { Accepted } from "./accept.js";
import { BatchCache } from "./batch-cache.js";
import type { DeliveredRecords } from "./delivered.js";
import type { Entry } from "./home.js";
import type { Homes } from "./homes.js";
import { keyText, last } from "./keys.js";
import { Lane } from "./lane.js";
import { isComplete, rebuild } from "./rebuild.js";
import { damagedIndex, isSmall } from "./repair.js";
import { membersOf, Sealed, type StoredBatch } from "./sealed.js";
import { bury, planSettlements, removeBatch, type Settled } from "./settle.js";
import type { Job } from "./store.js";
import type { Key } from "./tables.js";
import { nothing } from "./tables.js";
import { TransientMap } from "./transient-map.js";
import { readLate, type Unit } from "./unit.js";

export interface DelivererParts {
  readonly homes: Homes;
  readonly delivered: DeliveredRecords;
  /** The last seq that may be handed out. */
  visible(): number;
  settings(): { readonly now: number; readonly retention: Retention };
  /** Writes if this handle still delivers; undefined: it does not. */
  warn(error: DestError): void;
  write<T extends object>(job: Job<Unit, T>): Promise<T | undefined>;
}

const promotedAtOnce = 1_000;
const mostInterruptions = 3;
const interruptedTooOften = `${mostInterruptions} attempts were interrupted by the end of the process`;

/** What the handle that delivers knows: the lanes, and what is claimed. */
export class Deliverer {
  readonly held = { messages: new TransientMap<string, Entry>(), batches: new Map<string, Sealed>() };
  readonly #parts: DelivererParts;
  readonly #lanes = new Map<string, Lane>();
  readonly #cache: BatchCache;
  readonly #audited = new Set<string>();
  // Parts of a group that was not stored as a whole: it comes again, and what they said was of an earlier claim.
  // Releases, too: who was released may be claimed and delivered by then.
  readonly #stored = new WeakSet<Settlement>();
  #trusts = true;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
    this.#cache = new BatchCache(parts.homes);
  }

  /** The store was not closed in order, or is damaged: what it has is compared with what it counts. */
  distrust(): void {
    this.#trusts = false;
    this.#audited.clear();
  }

  async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    if (!this.#trusts) await this.#audit(request.destination);
    const lane = this.#lane(request.destination);
    await this.#promote(request.destination, lane, request.now);
    const { messages, batches } = lane.claim(request);
    for (const entry of messages) this.held.messages.set(entry.id, entry);
    for (const batch of batches) this.held.batches.set(batch.id, batch);
    const started = batches.length > 0 ? await this.#start(batches) : [];
    const nextAt = lane.nextDue;
    return nextAt === undefined ? { messages, batches: started } : { messages, batches: started, nextAt };
  }

  async seal(batch: NewBatch, flushed: () => Promise<void>): Promise<void> {
    const entries = batch.messages.map(({ id }) => {
      const entry = this.held.messages.get(id);
      if (entry?.where !== "held") throw leaseLost(batch.id, id);
      return entry;
    });
    const sealed = new Sealed(newBatch(batch, entries));
    const { id, destination, group, seq, stored } = sealed;
    this.#cache.add(sealed);
    try {
      const written = await this.#parts.write({
        plan: (unit) => {
          unit.putBatch(stored);
          unit.tables.lines.put([keyText(destination), "b", keyText(group), seq, keyText(id)], nothing);
          for (const entry of entries) unit.setState(entry, id);
          return stored;
        },
      });
      if (!written) throw leaseLost(id, "its first message");
      await flushed();
    } catch (error) {
      this.#cache.delete(sealed);
      throw error;
    }
    this.#sealed(sealed, entries);
  }

  /** Where the disk has too little room for all of it at once, in parts: each frees some. */
  async settle(settlements: readonly Settlement[]): Promise<void> {
    try {
      await this.#settle(settlements);
    } catch (error) {
      if (!DestError.is(error) || error.code !== "DEST_OUTBOX_FULL" || settlements.length < 2) throw error;
      const half = settlements.length >> 1;
      for (const part of [settlements.slice(0, half), settlements.slice(half)]) {
        await this.settle(part);
        for (const settlement of part) this.#stored.add(settlement);
      }
    }
  }

  async #settle(given: readonly Settlement[]): Promise<void> {
    const settlements = given.filter((settlement) => !this.#stored.has(settlement));
    const batches: Sealed[] = [];
    let releases = 0;
    for (const settlement of settlements) {
      const { to, ids, batchId } = settlement;
      if (to !== "release") continue;
      releases += 1;
      const batch = batchId === undefined ? undefined : this.held.batches.get(batchId);
      if (batch) batches.push(batch);
      else {
        this.#releaseMessages(ids);
        this.#stored.add(settlement);
      }
    }
    if (batches.length === 0 && releases === settlements.length) return;
    const { delivered, settings, write } = this.#parts;
    await write({
      plan: (unit) => {
        for (const { id } of batches) unit.tables.started.remove(keyText(id));
        const change = planSettlements(unit, this.held, settlements);
        const { now, retention } = settings();
        delivered.add(unit, change.delivered.chunks);
        delivered.evict(unit, now, retention);
        return change;
      },
      applied: (change) => {
        for (const batch of batches) this.#releaseBatch(batch);
        this.#settled(change);
      },
    });
  }

  /** Homes that this handle has just accepted, and destinations it has accepted something for that is not due yet. */
  accepted(homes: readonly Accepted[], late: Iterable<string>): void {
    for (const home of homes) this.#lane(home.stored.destination).accepted(home);
    for (const destination of late) this.#lane(destination).scheduleChanged();
  }

  /** From now on this handle delivers. */
  takeOver(): void {
    this.clear();
    this.#parts.delivered.load();
  }

  /** Others wrote to the store. */
  lookAgain(): void {
    for (const lane of this.#lanes.values()) lane.lookAgain();
  }

  /** In a transaction: the attempts that were under way when their process died. Answers what to warn of. */
  endLeases(unit: Unit, now: number): DestError[] {
    const warnings: DestError[] = [];
    for (const key of [...unit.tables.started.getKeys()]) {
      unit.tables.started.remove(key);
      const stored = this.#parts.homes.batch(key as string);
      const dead = stored && this.#interrupt(unit, new Sealed(stored), now);
      if (dead) warnings.push(dead);
    }
    return warnings;
  }

  /** Forgets everything: it is as the store has it. */
  clear(): void {
    this.#lanes.clear();
    this.held.messages.clear();
    this.held.batches.clear();
    this.#cache.clear();
    this.#parts.homes.clear();
  }

  // Once for each destination, when its backlog is small enough to be read in one go.
  async #audit(destination: string): Promise<void> {
    const { homes, write, warn } = this.#parts;
    const { store } = homes;
    if (this.#audited.has(destination) || !isSmall(store)) return;
    this.#audited.add(destination);
    if (isComplete(store, keyText(destination))) return;
    warn(new DestError("DEST_OUTBOX_CORRUPT", damagedIndex));
    await write({
      plan: (unit) => {
        rebuild(store, unit);
        return this;
      },
    });
    this.lookAgain();
  }

  /** What is due leaves the schedule for the line of its group. */
  async #promote(destination: string, lane: Lane, now: number): Promise<void> {
    if (lane.nextDue === undefined || lane.nextDue > now) return;
    const due = await this.#parts.write({ plan: ({ tables }) => promote(tables, destination, now) });
    lane.scheduleChanged();
    for (const { kind, group, seq, id } of due ?? []) {
      if (kind === "m") lane.due(group, seq, id as 0 | 1);
      else lane.batchDue(group, seq, id as string);
    }
  }

  /** Remembers that the attempts of these batches begin, and reads their members. */
  async #start(batches: readonly Sealed[]): Promise<SealedBatch[]> {
    const plan = ({ tables: { started } }: Unit) => {
      for (const { id } of batches) started.put(keyText(id), nothing);
      return batches;
    };
    try {
      if (!(await this.#parts.write({ plan }))) return [];
    } catch (error) {
      for (const batch of batches) this.#releaseBatch(batch);
      throw error;
    }
    return batches.map((batch) => {
      this.#cache.claimed(batch);
      const messages = this.#parts.homes.membersOf(batch);
      for (const entry of messages) this.held.messages.set(entry.id, entry);
      const { id, destination, group, key, sealedAt, availableAt, tried, firstTriedAt, progress } = batch;
      return {
        id,
        destination,
        group,
        key,
        sealedAt,
        availableAt,
        tried,
        firstTriedAt,
        progress,
        messages: [...messages],
      };
    });
  }

  #sealed(batch: Sealed, entries: readonly Entry[]): void {
    const lane = this.#lane(batch.destination);
    batch.messages = entries;
    for (const entry of entries) {
      this.held.messages.delete(entry.id);
      entry.batch = batch;
      entry.move("sealed");
      lane.left(entry);
    }
    for (const entry of entries) lane.advance(entry);
    if (lane.sealed(batch)) this.#cache.waits(batch);
    else this.#cache.delete(batch);
  }

  #releaseMessages(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.held.messages.get(id);
      if (entry?.where !== "held") continue;
      this.held.messages.delete(id);
      this.#lane(entry.destination).giveBack(entry);
    }
  }

  #releaseBatch(batch: Sealed): void {
    if (!this.held.batches.delete(batch.id)) return;
    for (const entry of batch.messages ?? []) this.held.messages.delete(entry.id);
    this.#cache.waits(batch);
    this.#lane(batch.destination).giveBackBatch(batch);
  }

  #settled({ left, kept, over, shrunk, late }: Settled): void {
    const { homes } = this.#parts;
    for (const entry of left) {
      this.held.messages.delete(entry.id);
      entry.batch = undefined;
      entry.move("out");
      homes.release(entry.home);
      this.#lane(entry.destination).left(entry);
    }
    for (const [batch, stored] of shrunk) {
      batch.stored = stored;
      batch.messages = batch.messages?.filter((entry) => entry.batch === batch);
    }
    for (const batch of [...over, ...kept]) {
      this.held.batches.delete(batch.id);
      for (const { id } of batch.messages ?? []) this.held.messages.delete(id);
      this.#cache.delete(batch);
    }
    for (const destination of late) this.#lane(destination).scheduleChanged();
    for (const entry of left) this.#lane(entry.destination).advance(entry);
  }

  #interrupt(unit: Unit, batch: Sealed, now: number): DestError | undefined {
    const attempt: AttemptRecord = {
      startedAt: now,
      durationMs: 0,
      outcome: "interrupted",
      error: { code: "DEST_INTERRUPTED", message: "the process ended during the attempt" },
    };
    const members = this.#parts.homes.membersOf(batch);
    const interrupted = batch.stored.interrupted + 1;
    if (interrupted >= mostInterruptions) {
      const error = { code: "DEST_INTERRUPTED", message: interruptedTooOften };
      for (const entry of members) bury(unit, entry, { attempt, batchId: batch.id, error });
      removeBatch(unit, batch);
      const message = `batch ${batch.id} of ${batch.destination} is dead: ${interruptedTooOften}`;
      return new DestError("DEST_INTERRUPTED", message);
    }
    for (const entry of members) if (entry.attempts.length === 0) unit.nowRetrying(entry.destination);
    unit.putBatch({
      ...batch.stored,
      interrupted,
      attempts: [...batch.attempts, attempt],
      tried: batch.tried + 1,
      firstTriedAt: batch.firstTriedAt ?? now,
    });
    return undefined;
  }

  #lane(destination: string): Lane {
    let lane = this.#lanes.get(destination);
    if (!lane) {
      const { homes, visible } = this.#parts;
      lane = new Lane(destination, homes, this.#cache, visible);
      this.#lanes.set(destination, lane);
    }
    return lane;
  }
}

interface Due {
  readonly kind: "m" | "b";
  readonly group: string;
  readonly seq: number;
  /** Kind of the home, or id of the batch. */
  readonly id: Key;
}

function promote({ late, lines }: Unit["tables"], destination: string, now: number): Due[] {
  const name = keyText(destination);
  const due: Due[] = [];
  for (const kind of ["m", "b"] as const) {
    const range = { start: [name, kind, 0], end: [name, kind, now, last], limit: promotedAtOnce };
    for (const { key, value } of [...late.getRange(range)]) {
      const [seq, id] = key.slice(3) as [number, Key];
      const [group] = readLate(value);
      late.remove(key);
      lines.put([name, kind, keyText(group), seq, id], nothing);
      due.push({ kind, group, seq, id });
    }
  }
  return due;
}

function newBatch(batch: NewBatch, entries: readonly Entry[]): StoredBatch {
  const [first] = entries as [Entry];
  const { id, destination, group, key, sealedAt } = batch;
  return {
    id,
    destination,
    group,
    key,
    sealedAt,
    seq: first.seq,
    bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
    members: membersOf(entries),
    availableAt: sealedAt,
    attempts: [],
    tried: 0,
    interrupted: 0,
  };
}

function leaseLost(batch: string, id: string): DestError {
  const message = `cannot seal ${batch}: ${id} is not held by this outbox handle`;
  return new DestError("DEST_OUTBOX_LEASE_LOST", message);
}
