import { resolve } from "node:path";
import { DestError } from "@dest/core";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { faultOf } from "./fault.js";

const inMemory = ":memory:";
// A second instance in one process would open silently, and each would overwrite the other.
const openPaths = new Set<string>();

export interface Connections {
  readonly writer: DuckDBConnection;
  readonly reader: DuckDBConnection;
}

/** One DuckDB, opened when it is first needed. */
export class Database {
  readonly path: string;
  readonly #memoryLimit: string | undefined;
  #opening: Promise<Connections & { readonly instance: DuckDBInstance }> | undefined;

  constructor(path: string | undefined, memoryLimit: string | undefined) {
    this.path = path === undefined || path === inMemory ? inMemory : resolve(path);
    this.#memoryLimit = memoryLimit;
  }

  async connections(): Promise<Connections> {
    this.#opening ??= this.#open().catch((thrown: unknown) => {
      this.#opening = undefined;
      throw faultOf(thrown, this.path);
    });
    return this.#opening;
  }

  /** What is in memory only stays, for those who still ask. */
  async close(): Promise<void> {
    if (this.path === inMemory) return;
    const opened = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    if (!opened) return;
    opened.writer.closeSync();
    opened.reader.closeSync();
    opened.instance.closeSync();
    openPaths.delete(this.path);
  }

  async #open() {
    const { path } = this;
    if (openPaths.has(path))
      throw new DestError("DEST_SQL_LOCKED", `${path} is open in this process already: share one sql()`);
    if (path !== inMemory) openPaths.add(path);
    try {
      const instance = await DuckDBInstance.create(path, {
        ...(this.#memoryLimit === undefined ? {} : { memory_limit: this.#memoryLimit }),
      });
      const writer = await instance.connect();
      await writer.run("CREATE SCHEMA IF NOT EXISTS _dest");
      await writer.run(
        "CREATE TABLE IF NOT EXISTS _dest.batches (id VARCHAR PRIMARY KEY, stored_at TIMESTAMP)",
      );
      await writer.run("CREATE TABLE IF NOT EXISTS _dest.tables (name VARCHAR PRIMARY KEY, shape VARCHAR)");
      await writer.run("SET enable_external_access = false");
      await writer.run("SET lock_configuration = true");
      return { instance, writer, reader: await instance.connect() };
    } catch (error) {
      openPaths.delete(path);
      throw error;
    }
  }
}
