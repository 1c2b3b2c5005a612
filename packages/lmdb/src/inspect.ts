import type { DeliveryRecord, DestinationStats, ListPage, ListQuery, Retention } from "@dest/core";
import { homeReach } from "./accept.js";
import type { DeadLetters } from "./dead-letters.js";
import type { DeliveredRecords } from "./delivered.js";
import type { Entry, Kind } from "./home.js";
import type { Homes } from "./homes.js";
import { keyText, last, runPart } from "./keys.js";
import { type Delivered, recordOf } from "./record.js";
import { Sealed } from "./sealed.js";
import type { Held } from "./settle.js";
import { type Count, mayBe, readLate } from "./unit.js";

export interface InspectorParts {
  readonly homes: Homes;
  readonly delivered: DeliveredRecords;
  readonly dead: DeadLetters;
  readonly held: Held;
  settings(): { readonly now: number; readonly retention: Retention };
}

/** Reads what the store knows of messages. */
export class Inspector {
  readonly #homes: Homes;
  readonly #parts: InspectorParts;

  constructor(parts: InspectorParts) {
    this.#homes = parts.homes;
    this.#parts = parts;
  }

  get(id: string): DeliveryRecord | undefined {
    const start = [runPart(id), 0];
    for (const { key, value } of this.#tables.ids.getRange({ start, end: [runPart(id), last] })) {
      const [, seq, kind] = key as [string, number, Kind | 2];
      if (!mayBe(value, id)) continue;
      const found = kind === 2 ? this.#dead(seq) : this.#inHome(seq, kind, (entry) => entry.id === id)[0];
      if (found?.record.id === id) return found.record;
    }
    const { now, retention } = this.#parts.settings();
    return this.#parts.delivered.get(id, now, retention);
  }

  async list(query: ListQuery): Promise<ListPage> {
    const { status, destination, workflow, limit = 100, cursor } = query;
    const after = cursor === undefined ? 0 : Number(cursor);
    const wanted = (record: DeliveryRecord) =>
      (status === undefined || record.status === status) &&
      (destination === undefined || record.destination === destination) &&
      (workflow === undefined || record.origin.workflow === workflow);
    const { now, retention } = this.#parts.settings();
    // One more than asked for tells whether there is another page.
    const most = limit + 1;
    const found: Found[] = [];
    if (status === undefined || status === "delivered")
      found.push(...this.#parts.delivered.after(after, most, now, retention, wanted));
    if (status === undefined || status === "dead")
      found.push(...(await this.#deadAfter(after, most, wanted)));
    if (status !== "delivered" && status !== "dead")
      found.push(...(await this.#waitingAfter(after, most, wanted)));
    const page = found.sort(bySeq).slice(0, limit);
    const items = page.map(({ record }) => record);
    return found.length > limit ? { items, cursor: String(page.at(-1)?.seq) } : { items };
  }

  stats(): Map<string, DestinationStats> {
    const stats = new Map<string, { -readonly [K in keyof DestinationStats]: number }>();
    for (const key of this.#tables.counts.getKeys()) {
      const stored = this.#homes.store.read<Count & { destination: string }>("counts", key);
      if (!stored) continue;
      const { destination, ...count } = stored;
      stats.set(destination, { ...count, delivering: 0 });
    }
    for (const entry of this.#parts.held.messages.values()) {
      const count = stats.get(entry.destination);
      if (!count || !isUnderWay(entry)) continue;
      count[entry.attempts.length > 0 ? "retrying" : "pending"] -= 1;
      count.delivering += 1;
    }
    return stats;
  }

  /** Messages that are not settled and due by then. */
  waiting(dueBy: number): number {
    let messages = 0;
    for (const [destination, { pending, delivering, retrying }] of this.stats()) {
      messages += pending + delivering + retrying;
      const name = keyText(destination);
      const { late } = this.#tables;
      messages -= late.getKeysCount({ start: [name, "m", dueBy, last], end: [name, "m", last, last] });
      for (const { value } of late.getRange({
        start: [name, "b", dueBy, last],
        end: [name, "b", last, last],
      }))
        messages -= readLate(value)[1];
    }
    return messages;
  }

  async #waitingAfter(
    after: number,
    most: number,
    wanted: (record: DeliveryRecord) => boolean,
  ): Promise<Found[]> {
    const found: Found[] = [];
    let looked = 0;
    for (const key of this.#tables.homes.getKeys({ start: [Math.max(0, after - homeReach), 0] })) {
      const [seq, kind] = key as [number, Kind];
      // Homes reach beyond their first message: what comes later may still have an earlier one.
      if (found.length >= most && seq > (found.sort(bySeq)[most - 1] as Found).seq) break;
      found.push(
        ...this.#inHome(seq, kind, (entry) => entry.seq > after).filter(({ record }) => wanted(record)),
      );
      if (++looked % looksAtOnce === 0) await breathe();
    }
    return found;
  }

  async #deadAfter(
    after: number,
    most: number,
    wanted: (record: DeliveryRecord) => boolean,
  ): Promise<Found[]> {
    const found: Found[] = [];
    let looked = 0;
    for (const seq of this.#parts.dead.after(after)) {
      const dead = this.#dead(seq);
      if (dead && wanted(dead.record)) found.push(dead);
      if (found.length >= most) break;
      if (++looked % looksAtOnce === 0) await breathe();
    }
    return found;
  }

  #inHome(seq: number, kind: Kind, isMeant: (entry: Entry) => boolean): Found[] {
    const home = this.#homes.load(seq, kind);
    if (!home) return [];
    const found = home.entries
      .filter((entry) => entry.state !== -1 && isMeant(entry))
      .map((entry) => ({ seq: entry.seq, record: this.#recordOf(entry) }));
    this.#homes.release(home);
    return found;
  }

  #recordOf(entry: Entry): DeliveryRecord {
    const { state } = entry;
    if (this.#parts.held.messages.get(entry.id) === entry && isUnderWay(entry))
      return recordOf(entry, "delivering", batchPart(entry.batch));
    if (typeof state !== "string") return recordOf(entry, entry.attempts.length > 0 ? "retrying" : "pending");
    const stored = this.#homes.batch(state);
    const batch = stored && new Sealed(stored);
    const own = entry.life?.attempts ?? [];
    const attempts = [...own, ...(batch?.attempts ?? [])];
    return recordOf(entry, attempts.length > 0 ? "retrying" : "pending", { ...batchPart(batch), attempts });
  }

  #dead(seq: number): Found | undefined {
    const dead = this.#parts.dead.read(seq);
    if (!dead) return undefined;
    const { entry, batchId, error } = dead;
    return { seq, record: recordOf(entry, "dead", { batchId, error }) };
  }

  get #tables() {
    return this.#homes.store.tables;
  }
}

type Found = Pick<Delivered, "seq" | "record">;

const looksAtOnce = 256;

/** Its attempt has begun. What is only gathered for a batch is not under way. */
function isUnderWay(entry: Entry): boolean {
  return entry.batch !== undefined || entry.batchKey === undefined;
}

function batchPart(batch: Sealed | undefined) {
  return batch ? { batchId: batch.id, availableAt: batch.availableAt } : {};
}

const bySeq = (a: Found, b: Found) => a.seq - b.seq;

function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
