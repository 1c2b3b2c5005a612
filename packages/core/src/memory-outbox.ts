import type { Origin } from "./destination.js";
import { DestError } from "./errors.js";
import { Fifo } from "./fifo.js";
import { Entry, Sealed } from "./memory/entry.js";
import { EntryIndex } from "./memory/entry-index.js";
import { LaneStore } from "./memory/lane-store.js";
import { RunMemory } from "./memory/run-memory.js";
import type {
  AttemptRecord,
  ClaimAnswer,
  ClaimRequest,
  DeliveryRecord,
  DestinationStats,
  ListPage,
  ListQuery,
  NewBatch,
  Outbox,
  OutboxContext,
  ReplayQuery,
  RunCommit,
  Settlement,
  Status,
} from "./outbox.js";

/** What stays of a delivered message: no payload. */
interface Delivered {
  readonly seq: number;
  readonly settledAt: number;
  readonly record: DeliveryRecord;
}

type Outcome = Exclude<Settlement, { to: "release" }>;

const keptRecords = 10_000;
const keptMs = 7 * 86_400_000;
const mostInterruptions = 3;

/** Keeps messages in this process's memory: what is pending when the process ends is lost, and said so. */
export function memoryOutbox(): Outbox {
  return new MemoryOutbox();
}

class MemoryOutbox implements Outbox {
  readonly durable = false;
  readonly #entries = new EntryIndex();
  readonly #batches = new Map<string, Sealed>();
  readonly #lanes = new Map<string, LaneStore>();
  readonly #runs = new RunMemory();
  readonly #delivered = new Map<string, Delivered>();
  /** In the order they were settled: the first is the first to go. */
  readonly #kept = new Fifo<Delivered>();
  readonly #deliveredCounts = new Map<string, number>();
  #seq = 0;
  #context: OutboxContext | undefined;

  async open(context: OutboxContext): Promise<void> {
    if (this.#context) {
      throw new DestError(
        "DEST_OUTBOX_IN_USE",
        "this outbox is open already: give each createDest its own, or close the first",
      );
    }
    this.#context = context;
    this.#endLeases(context);
    for (const lane of this.#lanes.values()) lane.reopen();
  }

  async append(run: RunCommit): Promise<{ added: number }> {
    const context = this.#opened();
    const { fresh, changed } = this.#runs.sift(run);
    for (const id of changed) {
      const message = `${id} was committed before with another payload; the first one stays. A run that is repeated under its runId must send the same`;
      context.warn(new DestError("DEST_RUN_CHANGED", message));
    }
    let step: string | undefined;
    let origin: Origin = run.origin;
    const entries: Entry[] = [];
    for (const message of fresh) {
      if (message.step !== step) {
        step = message.step;
        origin = step === undefined ? run.origin : { ...run.origin, step };
      }
      const entry = new Entry(message, ++this.#seq, run.acceptedAt, origin);
      entries.push(entry);
      this.#lane(entry.destination).add(entry, run.acceptedAt);
    }
    this.#entries.add(run.runId, entries);
    return { added: fresh.length };
  }

  async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    this.#opened();
    const { messages, batches, nextAt } = this.#lane(request.destination).claim(request);
    // An id that was sealed here has members, or it would not be in line.
    return { messages, batches: batches as ClaimAnswer["batches"][number][], nextAt };
  }

  async seal(batch: NewBatch): Promise<void> {
    this.#opened();
    const members: Entry[] = [];
    for (const message of batch.messages) {
      const entry = message instanceof Entry ? message : this.#entries.get(message.id);
      if (entry?.where !== "held") {
        throw new DestError(
          "DEST_OUTBOX_LEASE_LOST",
          `cannot seal ${batch.id}: ${message.id} is not held by this outbox handle`,
        );
      }
      members.push(entry);
    }
    const sealed = new Sealed(batch, members);
    for (const entry of members) {
      entry.where = "sealed";
      entry.batch = sealed;
      entry.batchId = sealed.id;
    }
    this.#batches.set(sealed.id, sealed);
    this.#lane(batch.destination).addBatch(sealed);
  }

  async settle(settlements: readonly Settlement[]): Promise<void> {
    this.#opened();
    for (const settlement of settlements) this.#settle(settlement);
    this.#evict();
  }

  async waiting(dueBy: number): Promise<{ messages: number; through: number }> {
    let messages = 0;
    for (const entry of this.#entries.values()) {
      if (entry.where !== "dead" && entry.availableAt <= dueBy) messages += 1;
    }
    return { messages, through: this.#seq };
  }

  async get(id: string): Promise<DeliveryRecord | undefined> {
    return this.#entries.get(id)?.record() ?? this.#delivered.get(id)?.record;
  }

  async list({ status, destination, workflow, limit = 100, cursor }: ListQuery): Promise<ListPage> {
    const after = cursor === undefined ? 0 : Number(cursor);
    const found: { readonly seq: number; readonly record: DeliveryRecord }[] = [];
    if (status !== "delivered") {
      for (const entry of this.#entries.values()) {
        if (entry.seq > after) found.push({ seq: entry.seq, record: entry.record() });
      }
    }
    if (status === undefined || status === "delivered") {
      for (const delivered of this.#delivered.values()) if (delivered.seq > after) found.push(delivered);
    }
    const wanted = found.filter(
      ({ record }) =>
        (status === undefined || record.status === status) &&
        (destination === undefined || record.destination === destination) &&
        (workflow === undefined || record.origin.workflow === workflow),
    );
    const page = wanted.sort((a, b) => a.seq - b.seq).slice(0, limit);
    const items = page.map(({ record }) => record);
    return wanted.length > limit ? { items, cursor: String(page.at(-1)?.seq) } : { items };
  }

  async stats(): Promise<ReadonlyMap<string, DestinationStats>> {
    const counts = new Map<string, { -readonly [K in keyof DestinationStats]: number }>();
    for (const destination of this.#lanes.keys()) {
      const delivered = this.#deliveredCounts.get(destination) ?? 0;
      counts.set(destination, { pending: 0, delivering: 0, retrying: 0, delivered, dead: 0, bytes: 0 });
    }
    for (const entry of this.#entries.values()) {
      const status = entry.status as Exclude<Status, "delivered">;
      const count = counts.get(entry.destination);
      if (!count) continue;
      count[status] += 1;
      if (status !== "dead") count.bytes += entry.bytes;
    }
    return counts;
  }

  async replay(query: ReplayQuery): Promise<{ id: string; destination: string }[]> {
    const { now } = this.#opened();
    const chosen =
      "ids" in query
        ? query.ids.map((id) => this.#entries.get(id))
        : [...this.#entries.values()].sort((a, b) => a.seq - b.seq);
    const destination = "ids" in query ? undefined : query.destination;
    const replayed: { id: string; destination: string }[] = [];
    for (const entry of chosen) {
      if (entry?.where !== "dead" || (destination !== undefined && entry.destination !== destination))
        continue;
      this.#revive(entry, now());
      replayed.push({ id: entry.id, destination: entry.destination });
    }
    return replayed;
  }

  /** What it holds is still there at the next `open` of the same object; what was held then has lost its holder. */
  async close(): Promise<void> {
    this.#context = undefined;
  }

  #endLeases(context: OutboxContext): void {
    for (const batch of [...this.#batches.values()])
      if (batch.where === "held") this.#interrupt(batch, context);
    for (const entry of this.#entries.values())
      if (entry.where === "held") this.#lane(entry.destination).giveBack(entry);
  }

  #settle(settlement: Settlement): void {
    const batch = settlement.batchId === undefined ? undefined : this.#batches.get(settlement.batchId);
    if (settlement.to === "release") return this.#release(settlement.ids, batch);
    const held = this.#held(settlement, batch);
    if (held.length === 0) return;
    note(held, settlement.attempt);
    if (settlement.to === "retry") {
      for (const entry of held) {
        entry.availableAt = settlement.availableAt;
        entry.progress = settlement.progress;
      }
      if (batch && settlement.batch === "keep") return this.#keep(batch, settlement);
    }
    if (batch) this.#detach(batch, held);
    if (settlement.to === "retry") {
      for (const entry of held) this.#lane(entry.destination).giveBack(entry);
      return;
    }
    for (const entry of held) this.#finish(entry, settlement);
    if (settlement.to === "delivered") this.#keepRecords(held, settlement.attempt);
  }

  /** Those of the ids that this handle holds. */
  #held({ ids, messages }: Outcome, batch: Sealed | undefined): readonly Entry[] {
    if (batch?.where === "held" && messages === batch.messages) return batch.messages;
    const held: Entry[] = [];
    for (let i = 0; i < ids.length; i++) {
      const claimed = messages?.[i];
      const entry = claimed instanceof Entry ? claimed : this.#entries.get(ids[i] as string);
      if (entry?.leased) held.push(entry);
    }
    return held;
  }

  /** Of so many only the last: the others would go again at once. */
  #keepRecords(settled: readonly Entry[], { startedAt, durationMs }: AttemptRecord): void {
    const { retention } = this.#opened();
    const first = Math.max(0, settled.length - (retention.records ?? keptRecords));
    for (let i = 0; i < settled.length; i++) {
      const entry = settled[i] as Entry;
      if (i < first) this.#runs.forget(entry.origin.runId);
      else {
        const delivered = { seq: entry.seq, settledAt: startedAt + durationMs, record: entry.record() };
        this.#delivered.set(entry.id, delivered);
        this.#kept.push(delivered);
      }
    }
  }

  #release(ids: readonly string[], batch: Sealed | undefined): void {
    if (batch) {
      if (batch.where === "held") this.#lane(batch.destination).giveBack(batch);
      return;
    }
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry?.where === "held") this.#lane(entry.destination).giveBack(entry);
    }
  }

  #keep(batch: Sealed, { attempt, availableAt, progress }: Settlement & { to: "retry" }): void {
    batch.tried += 1;
    batch.firstTriedAt ??= attempt.startedAt;
    batch.availableAt = availableAt;
    batch.progress = progress;
    this.#lane(batch.destination).giveBack(batch);
  }

  /** The members leave their batch; without members it is over. */
  #detach(batch: Sealed, members: readonly Entry[]): void {
    if (members === batch.messages) batch.messages = [];
    else {
      const leaving = new Set(members);
      batch.messages = batch.messages.filter((entry) => !leaving.has(entry));
    }
    const lane = this.#lane(batch.destination);
    for (const entry of members) {
      entry.where = "held";
      entry.batch = undefined;
      lane.unsealed(entry);
    }
    if (batch.messages.length > 0) return;
    batch.where = "over";
    this.#batches.delete(batch.id);
  }

  #finish(entry: Entry, { to, receipt, error }: Settlement & { to: "delivered" | "dead" }): void {
    entry.where = to;
    entry.receipt = receipt;
    entry.error = error;
    this.#lane(entry.destination).remove(entry);
    if (to === "dead") return;
    this.#entries.delete(entry);
    this.#deliveredCounts.set(entry.destination, (this.#deliveredCounts.get(entry.destination) ?? 0) + 1);
  }

  #interrupt(batch: Sealed, context: OutboxContext): void {
    const now = context.now();
    batch.interrupted += 1;
    batch.tried += 1;
    batch.firstTriedAt ??= now;
    const message = "the process ended during the attempt";
    const attempt: AttemptRecord = {
      startedAt: now,
      durationMs: 0,
      outcome: "interrupted",
      error: { code: "DEST_INTERRUPTED", message },
    };
    note(batch.messages, attempt);
    if (batch.interrupted < mostInterruptions) return this.#lane(batch.destination).giveBack(batch);
    const members = [...batch.messages];
    this.#detach(batch, members);
    const reason = `${mostInterruptions} attempts were interrupted by the end of the process`;
    const error = { code: "DEST_INTERRUPTED", message: reason };
    for (const entry of members) this.#finish(entry, { to: "dead", ids: [entry.id], attempt, error });
    context.warn(new DestError(error.code, `batch ${batch.id} of ${batch.destination} is dead: ${reason}`));
  }

  #revive(entry: Entry, now: number): void {
    entry.tried = 0;
    entry.firstTriedAt = entry.progress = entry.error = entry.batchId = undefined;
    entry.availableAt = now;
    entry.seq = ++this.#seq;
    this.#lane(entry.destination).add(entry, now);
  }

  #evict(): void {
    const { now, retention } = this.#opened();
    const records = retention.records ?? keptRecords;
    const oldest = now() - (retention.maxAge ?? keptMs);
    for (let kept = this.#kept.peek(); kept; kept = this.#kept.peek()) {
      if (this.#kept.size <= records && kept.settledAt >= oldest) return;
      this.#kept.shift();
      // A run that was forgotten may have been committed again.
      if (this.#delivered.get(kept.record.id) === kept) this.#delivered.delete(kept.record.id);
      this.#runs.forget(kept.record.origin.runId);
    }
  }

  #lane(destination: string): LaneStore {
    let lane = this.#lanes.get(destination);
    if (!lane) {
      lane = new LaneStore();
      this.#lanes.set(destination, lane);
    }
    return lane;
  }

  #opened(): OutboxContext {
    if (!this.#context) throw new DestError("DEST_OUTBOX_CLOSED", "the outbox is not open");
    return this.#context;
  }
}

function note(entries: readonly Entry[], attempt: AttemptRecord): void {
  const first = [attempt];
  for (const entry of entries) {
    entry.attempts = entry.attempts.length === 0 ? first : [...entry.attempts, attempt];
    entry.tried += 1;
    entry.firstTriedAt ??= attempt.startedAt;
  }
}
