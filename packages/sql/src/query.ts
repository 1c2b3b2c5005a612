import { DestError } from "@dest/core";
import type { DuckDBConnection, DuckDBResultReader, DuckDBValue } from "@duckdb/node-api";
import { firstLine, readingStatement } from "./reading.js";

export interface Column {
  readonly name: string;
  /** DuckDB's, as in `DOUBLE` or `STRUCT("first_name" VARCHAR)`. */
  readonly type: string;
}

export interface QueryLimits {
  /** Milliseconds. */
  readonly timeout: number;
  readonly maxRows: number;
}

/** Runs one reading statement in a transaction that cannot write. Throws `DEST_SQL_QUERY` and `DEST_SQL_TIMEOUT`. */
export async function runQuery(
  connection: DuckDBConnection,
  sql: string,
  params: readonly DuckDBValue[],
  { timeout, maxRows }: QueryLimits,
): Promise<DuckDBResultReader> {
  await connection.run("BEGIN TRANSACTION READ ONLY");
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    connection.interrupt();
  }, timeout);
  try {
    const statement = await readingStatement(connection, sql);
    if (params.length > 0) statement.bind([...params]);
    const reader = await statement.streamAndReadUntil(maxRows + 1);
    if (reader.currentRowCount > maxRows) {
      const message = `the result has more than ${maxRows} rows: add a LIMIT, aggregate, or raise maxRows`;
      throw new DestError("DEST_SQL_QUERY", message, { retryable: false });
    }
    return reader;
  } catch (thrown) {
    if (isLate)
      throw new DestError("DEST_SQL_TIMEOUT", `the query took longer than ${timeout} ms`, {
        retryable: false,
      });
    if (DestError.is(thrown)) throw thrown;
    throw new DestError("DEST_SQL_QUERY", firstLine(thrown), { cause: thrown, retryable: false });
  } finally {
    clearTimeout(timer);
    await connection.run("ROLLBACK").catch(() => undefined);
  }
}

export function columnsOf(reader: DuckDBResultReader): Column[] {
  const types = reader.columnTypes();
  return reader.columnNames().map((name, i) => ({ name, type: String(types[i]) }));
}
