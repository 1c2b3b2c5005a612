import { crc32 } from "node:zlib";
import type { DeliveryRecord, Retention } from "@dest/core";
import { type Delivered, type RecordChunk, recordsOf, settledAt } from "./record.js";
import type { RememberedRuns } from "./remembered-runs.js";
import type { Store } from "./store.js";
import { nothing } from "./tables.js";
import type { Unit } from "./unit.js";

/** Key of a chunk in the index. */
type ChunkKey = [no: number, count: number, newest: number, lowestSeq: number, highestSeq: number];

const keptRecords = 10_000;
const keptMs = 7 * 86_400_000;
const wordBytes = 4;

/**
 * Records of delivered messages, stored in chunks: one for each group of settlements, so that a delivered message costs
 * no write of its own. The index has a hash of each id, so that finding one reads no chunk in vain.
 */
export class DeliveredRecords {
  readonly #store: Store<Unit>;
  readonly #runs: RememberedRuns;
  /** Chunks that are kept, the oldest first. Known where this process delivers. */
  #chunks: ChunkKey[] = [];
  #total = 0;

  constructor(store: Store<Unit>, runs: RememberedRuns) {
    this.#store = store;
    this.#runs = runs;
  }

  load(): void {
    this.#chunks = this.#keys();
    this.#total = this.#chunks.reduce((sum, [, count]) => sum + count, 0);
  }

  add(unit: Unit, chunks: readonly RecordChunk[]): void {
    unit.onUndo(() => this.load());
    for (const chunk of chunks) this.#put(unit, chunk);
  }

  /** Forgets the oldest chunks that nobody has to keep. */
  evict(unit: Unit, now: number, retention: Retention): void {
    const records = retention.records ?? keptRecords;
    const oldest = now - (retention.maxAge ?? keptMs);
    unit.onUndo(() => this.load());
    for (let [chunk] = this.#chunks; chunk; [chunk] = this.#chunks) {
      const [no, count, newest] = chunk;
      if (this.#total - count < records && newest >= oldest) return;
      if (this.#runs.any)
        for (const { record } of this.#read(no)) this.#runs.forget(unit, record.origin.runId);
      unit.tables.delivered.remove(no);
      unit.tables.deliveredIndex.remove(chunk);
      this.#chunks.shift();
      this.#total -= count;
    }
  }

  get(id: string, now: number, retention: Retention): DeliveryRecord | undefined {
    const hash = crc32(id);
    const { deliveredIndex } = this.#store.tables;
    for (const { key, value } of deliveredIndex.getRange({ reverse: true })) {
      if (!hasWord(value, hash)) continue;
      const [no] = key as ChunkKey;
      const found = this.#read(no).find(({ record }) => record.id === id);
      if (found) return this.#kept(now, retention)(no, found) ? found.record : undefined;
    }
    return undefined;
  }

  /** Records behind `seq` in commit order: at least `limit` that are wanted, where there are so many. */
  after(
    seq: number,
    limit: number,
    now: number,
    retention: Retention,
    wanted: (record: DeliveryRecord) => boolean,
  ): Delivered[] {
    const isKept = this.#kept(now, retention);
    const chunks = this.#keys().filter(([, , , , highest]) => highest > seq);
    chunks.sort((a, b) => a[3] - b[3]);
    let found: Delivered[] = [];
    for (const [no, , , lowest] of chunks) {
      found.sort((a, b) => a.seq - b.seq);
      if (found.length >= limit && lowest > (found[limit - 1] as Delivered).seq) break;
      const more = this.#read(no).filter((one) => one.seq > seq && wanted(one.record) && isKept(no, one));
      found = [...found, ...more];
    }
    return found;
  }

  #put(unit: Unit, chunk: RecordChunk): void {
    const { since, rows } = chunk;
    const no = (this.#chunks.at(-1)?.[0] ?? this.#lastNo()) + 1;
    const hashes = Buffer.allocUnsafe(rows.length * wordBytes);
    let [newest, lowest, highest] = [0, Number.POSITIVE_INFINITY, 0];
    rows.forEach(([seq, id, , , , , , attempts], i) => {
      hashes.writeUInt32LE(crc32(id), i * wordBytes);
      newest = Math.max(newest, settledAt(attempts, since));
      lowest = Math.min(lowest, seq);
      highest = Math.max(highest, seq);
    });
    const key: ChunkKey = [no, rows.length, newest, lowest, highest];
    unit.tables.delivered.put(no, unit.codec.encodeRows(chunk));
    unit.tables.deliveredIndex.put(key, hashes.length > 0 ? hashes : nothing);
    this.#chunks.push(key);
    this.#total += rows.length;
  }

  /** Chunks go as a whole: the records that are beyond the retention are not shown before. */
  #kept(now: number, retention: Retention): (no: number, delivered: Delivered) => boolean {
    const keys = this.#keys();
    let surplus = keys.reduce((sum, [, count]) => sum + count, 0) - (retention.records ?? keptRecords);
    const hidden = new Map<number, number>();
    for (const [no, count] of keys) {
      if (surplus <= 0) break;
      hidden.set(no, Math.min(count, surplus));
      surplus -= count;
    }
    const oldest = now - (retention.maxAge ?? keptMs);
    return (no, delivered) => {
      if (delivered.settledAt < oldest) return false;
      const hides = hidden.get(no) ?? 0;
      if (hides === 0) return true;
      return this.#read(no).findIndex(({ record }) => record.id === delivered.record.id) >= hides;
    };
  }

  #keys(): ChunkKey[] {
    return [...this.#store.tables.deliveredIndex.getKeys()] as ChunkKey[];
  }

  #lastNo(): number {
    for (const key of this.#store.tables.deliveredIndex.getKeys({ reverse: true, limit: 1 }))
      return key[0] as number;
    return 0;
  }

  #read(no: number): Delivered[] {
    const chunk = this.#store.read<RecordChunk>("delivered", no);
    return chunk ? recordsOf(chunk) : [];
  }
}

function hasWord(words: Buffer, word: number): boolean {
  for (let at = 0; at + wordBytes <= words.length; at += wordBytes)
    if (words.readUInt32LE(at) === word) return true;
  return false;
}
