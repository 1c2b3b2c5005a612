import { type Destination, defineDestination, type Outcome, type Policy } from "@dest/core";
import type { DuckDBValue } from "@duckdb/node-api";
import { apiHandler } from "./api.js";
import { Database } from "./database.js";
import { accepts, type PreparedRow, prepare, rowBytes, type SqlEvent, tableOf } from "./event.js";
import { faultOf } from "./fault.js";
import { checkOptions, optionNames, type SqlOptions } from "./options.js";
import { type Column, columnsOf, runQuery } from "./query.js";
import { Turns } from "./turns.js";
import { plain } from "./values.js";
import { deleteOld, writeBatch } from "./writer.js";

type Args = readonly [event: SqlEvent];

export interface QueryResult {
  readonly columns: readonly Column[];
  /** By column name. Lists are arrays, structs objects, dates and times DuckDB's text. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** The destination, and the database. Its functions may be passed on as they are. */
export interface Warehouse extends Destination<Args, PreparedRow> {
  /** Runs one reading statement; `params` stand for `$1`, `$2` … Throws `DEST_SQL_QUERY`, `DEST_SQL_TIMEOUT`. */
  query(sql: string, params?: readonly (string | number | boolean | null)[]): Promise<QueryResult>;
  /** The HTTP query API, below any path: `POST /sql` with `{ "query": … }`, answered as JSON or CSV. */
  fetch(request: Request): Promise<Response>;
  /** Closes the file. `dest.close()` calls it where rows were delivered. A later query opens it again. */
  close(): Promise<void>;
}

const hour = 3_600_000;

/**
 * Appends rows to tables that appear and widen by themselves, in a DuckDB of this process. A batch is one transaction,
 * with its id: what is delivered again is stored once.
 */
export const sql = defineDestination<Args, PreparedRow, SqlOptions>((options): Warehouse => {
  checkOptions(options);
  const { retention, queryTimeout: timeout = 60_000, maxRows = 10_000 } = options;
  const database = new Database(options.path, options.memoryLimit);
  const writes = new Turns();
  const reads = new Turns();
  let deletedAt: number | undefined;

  const ask = (text: string, params: readonly DuckDBValue[]) =>
    reads.take(async () => {
      const { reader } = await database.connections();
      return runQuery(reader, text, params, { timeout, maxRows });
    });

  return {
    kind: "sql",
    apiVersion: 1,
    policy: {
      timeout: 300_000,
      concurrency: 1,
      batch: { maxSize: 100_000, maxBytes: 32 * 1_024 * 1_024, maxWait: 60_000 },
    },
    accepts,
    prepare,
    preparesAnew: true,
    sizeOf: rowBytes,
    batchKey: tableOf,
    async open() {
      await database.connections();
    },
    deliver(batch, { clock, onAbort, record }): Promise<Outcome> {
      const { table } = batch.messages[0].value;
      record({ request: { table, rows: batch.messages.length } });
      return writes.take(async () => {
        try {
          const { writer } = await database.connections();
          onAbort(() => writer.interrupt());
          const now = clock.now();
          const written = await writeBatch(writer, batch, now, retention !== undefined);
          if (retention && (deletedAt === undefined || now - deletedAt >= hour)) {
            deletedAt = now;
            await deleteOld(writer, retention.days, now);
          }
          return { status: "delivered", receipt: { table, ...written } };
        } catch (thrown) {
          // DuckDB gives up on a file after some faults of the disk, until it is opened anew.
          if (/has been invalidated/.test(String(thrown))) await reads.take(() => database.close());
          const error = faultOf(thrown, database.path);
          return { status: error.retryable === false ? "rejected" : "retry", error };
        }
      });
    },
    async probe() {
      await ask("SELECT 1", []);
    },
    close: () => writes.take(() => reads.take(() => database.close())),
    async query(text, params = []) {
      const reader = await ask(text, params);
      const rows = reader
        .getRowObjects()
        .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));
      return { columns: columnsOf(reader), rows };
    },
    fetch: apiHandler(async (text) => {
      const reader = await ask(text, []);
      return { columns: columnsOf(reader), rows: reader.getRows() };
    }, options.authorize),
  };
}, optionNames) as (options?: SqlOptions & Policy) => Warehouse;
