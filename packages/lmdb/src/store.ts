import { statfsSync } from "node:fs";
import { DestError } from "@dest/core";
import type { Database } from "lmdb";
import type { Codec } from "./codec.js";
import { Environment } from "./environment.js";
import type { Key, TableName, Tables } from "./tables.js";

/** One change of the store. Jobs that wait at the same time share one transaction, in their order. */
export interface Job<Unit, T> {
  /** Writes, inside the transaction. It may be called again where another job of the transaction failed. */
  plan(unit: Unit): T;
  /** Runs when that is committed, before any other job is planned. */
  applied?(result: T): void;
}

/** What the jobs of one transaction share. */
export interface UnitOfWork {
  finish(): void;
  undo(): void;
}

interface Waiting<Unit> {
  readonly job: Job<Unit, unknown>;
  result?: unknown;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Called once for each value that cannot be read. It is out of the way then: kept in the table `damaged`. */
export type OnDamage = (error: DestError) => void;

/** The environment of one directory: its tables, grouped transactions, shared flushes. */
export class Store<Unit extends UnitOfWork> {
  readonly #environment: Environment;
  readonly #path: string;
  readonly #begin: () => Unit;
  readonly #onDamage: OnDamage;
  readonly #damaged = new Set<string>();
  #queue: Waiting<Unit>[] = [];
  #running: Promise<void> | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #nextFlush: Promise<void> | undefined;
  #syncing: Promise<void> = Promise.resolve();
  #mapping: Promise<void> | undefined;

  constructor(
    path: string,
    readonly codec: Codec,
    begin: () => Unit,
    onDamage: OnDamage,
  ) {
    this.#path = path;
    this.#begin = begin;
    this.#onDamage = onDamage;
    this.#environment = new Environment(path);
  }

  get tables(): Tables {
    return this.#environment.tables;
  }

  /** The value under this key; undefined where there is none, or none that can be read. */
  read<T>(table: TableName, key: Key | Key[]): T | undefined {
    const stored = (this.tables[table] as Database<Buffer, Key | Key[]>).getBinary(key);
    if (!stored) return undefined;
    this.#environment.hasRead(stored.length);
    if (this.#environment.isWorn) this.#running ??= this.#run();
    return this.decode<T>(table, key, stored);
  }

  decode<T>(table: TableName, key: Key | Key[], stored: Buffer): T | undefined {
    const what = `${table} ${String(key)}`;
    try {
      return this.codec.decode<T>(stored, what);
    } catch (error) {
      if (!DestError.is(error) || error.code !== "DEST_OUTBOX_CORRUPT") throw error;
      if (!this.#damaged.has(what)) this.#setAside(table, key, stored, error);
      this.#damaged.add(what);
      return undefined;
    }
  }

  /** Resolves when the job is committed: what the end of this process cannot undo, though a power failure could. */
  write<T>(job: Job<Unit, T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ job, resolve: resolve as (result: unknown) => void, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything committed so far is on the disk. Those who ask during one flush share the next. */
  flushed(): Promise<void> {
    this.#nextFlush ??= this.#flushing.then(
      () => this.#flush(),
      () => this.#flush(),
    );
    return this.#nextFlush;
  }

  /** Makes what was committed since the last read visible. */
  refresh(): void {
    this.#environment.root.resetReadTxn();
  }

  async close(): Promise<void> {
    while (this.#running) await this.#running;
    await this.#environment.root.close();
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 || this.#environment.isWorn) {
      if (this.#environment.isWorn) await this.#mapAnew();
      else await this.#transaction();
    }
    this.#running = undefined;
  }

  /** Between two transactions, with no flush under way. */
  async #mapAnew(): Promise<void> {
    const mapping = this.#syncing.then(
      () => this.#environment.mapAnew(),
      () => this.#environment.mapAnew(),
    );
    // What cannot be opened again is said by whatever is written next.
    this.#mapping = mapping.catch(() => undefined);
    await this.#mapping;
    this.#mapping = undefined;
  }

  async #transaction(): Promise<void> {
    let taken: Waiting<Unit>[] = [];
    let unit: Unit | undefined;
    let failing: Waiting<Unit> | undefined;
    try {
      await this.#environment.root.childTransaction(() => {
        taken = this.#queue;
        this.#queue = [];
        unit = this.#begin();
        for (const waiting of taken) {
          failing = waiting;
          waiting.result = waiting.job.plan(unit);
        }
        failing = undefined;
        unit.finish();
      });
    } catch (thrown) {
      unit?.undo();
      // One job that fails takes no other with it: those begin anew.
      if (failing) this.#queue = [...taken.filter((one) => one !== failing), ...this.#queue];
      // A transaction that could not begin has taken nothing; whoever waits must hear of it all the same.
      else if (taken.length === 0) [taken, this.#queue] = [this.#queue, []];
      const error = await this.#explain(thrown);
      for (const waiting of failing ? [failing] : taken) waiting.reject(error);
      return;
    }
    this.refresh();
    this.#environment.hasWritten();
    for (const { job, result } of taken) job.applied?.(result);
    for (const { resolve, result } of taken) resolve(result);
  }

  async #explain(thrown: unknown): Promise<Error> {
    if (DestError.is(thrown)) return thrown;
    const cause = await reasonOf(thrown);
    const { code, message = String(cause) } = cause as { code?: unknown; message?: string };
    // A page that was written by half is said to be an input/output error.
    if (fullDisk.includes(code as number) || isFull(message) || hasNoRoom(this.#path)) {
      const full = `the disk of the outbox is full: nothing of this was stored. Make room; what was accepted before is kept (${message})`;
      return new DestError("DEST_OUTBOX_FULL", full, { cause, retryable: true });
    }
    return new DestError("DEST_OUTBOX_FAILED", `the outbox could not be written: ${message}`, { cause });
  }

  #setAside(table: TableName, key: Key | Key[], stored: Buffer, error: DestError): void {
    this.#onDamage(error);
    const plan = () => {
      this.tables.damaged.put([table, ...[key].flat()], stored);
      (this.tables[table] as Database<Buffer, Key | Key[]>).remove(key);
      // What was counted with it is counted anew at the next opening.
      this.tables.meta.put("doubt", Buffer.from([1]));
    };
    // It was said; if it cannot be set aside now, whoever reads it next tries again.
    this.write({ plan }).catch(() => this.#damaged.delete(`${table} ${String(key)}`));
  }

  async #flush(): Promise<void> {
    this.#flushing = this.#nextFlush ?? this.#flushing;
    this.#nextFlush = undefined;
    if (this.#mapping) await this.#mapping;
    const { env } = this.#environment.root as unknown as {
      env: { sync(done: (error?: Error) => void): void };
    };
    this.#syncing = new Promise((resolve, reject) => {
      env.sync((error) => {
        if (error) this.#explain(error).then(reject);
        else resolve();
      });
    });
    return this.#syncing;
  }
}

const reasonTimeout = 1_000;
const littleRoom = 256 * 1024;
const fullDisk = [28 /* ENOSPC */, 122 /* EDQUOT */, -30792 /* MDB_MAP_FULL */];

const isFull = (message: string) => /no space left|quota exceeded/i.test(message);

function hasNoRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize < littleRoom;
  } catch {
    return false;
  }
}

/** LMDB reports the reason of a failed commit in a promise on the error. */
async function reasonOf(thrown: unknown): Promise<unknown> {
  const { commitError } = thrown as { commitError?: Promise<unknown> };
  if (!commitError) return thrown;
  const reason = commitError.then(
    () => thrown,
    (cause: unknown) => cause,
  );
  // On a damaged store it may never come.
  const late = new Promise((resolve) => setTimeout(resolve, reasonTimeout, thrown));
  return Promise.race([reason, late]);
}
