import { setImmediate } from "node:timers/promises";
import { type Batch, DestError } from "@dest/core";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { PreparedRow } from "./event.js";
import { converted, literal, quoted, structureOf, typeOf } from "./kind-sql.js";
import { Shape } from "./shape.js";

/** Rows between two turns of the event loop. */
const turnRows = 2_000;
/** Ids of batches are kept so long, in days: longer than any is retried. */
const ledgerDays = 30;
/** Where `retention` is set: when a row was stored. */
const storedAt = "_stored_at";

export interface Written {
  readonly rows: number;
  /** It had been stored before: nothing was changed. */
  readonly repeated?: true;
}

/** Stores a batch and its id in one transaction: what comes again changes nothing. */
export async function writeBatch(
  connection: DuckDBConnection,
  { id, messages }: Batch<PreparedRow>,
  now: number,
  keepsTime: boolean,
): Promise<Written> {
  const { table } = messages[0].value;
  await connection.run("BEGIN");
  try {
    const known = await connection.runAndReadAll("SELECT 1 FROM _dest.batches WHERE id = $1", [id]);
    if (known.currentRowCount > 0) {
      await connection.run("ROLLBACK");
      return { rows: messages.length, repeated: true };
    }
    const before = await shapeOf(connection, table);
    const shape = before?.copy() ?? new Shape();
    const rows = await rowsOf(messages, shape);
    await evolve(connection, table, before, shape);
    const at = literal(new Date(now).toISOString().slice(0, 23).replace("T", " "));
    if (keepsTime) await keepTime(connection, table, at);
    if (shape.fields.size > 0) await insert(connection, table, shape, rows, keepsTime ? at : undefined);
    await connection.run(`INSERT INTO _dest.batches VALUES ($1, TIMESTAMP ${at})`, [id]);
    await connection.run(
      `DELETE FROM _dest.batches WHERE stored_at < TIMESTAMP ${at} - INTERVAL ${ledgerDays} DAY`,
    );
    await connection.run("COMMIT");
    return { rows: rows.length };
  } catch (error) {
    await connection.run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function rowsOf(messages: Batch<PreparedRow>["messages"], shape: Shape): Promise<string[]> {
  const rows: string[] = [];
  for (const { value } of messages) {
    if (rows.length % turnRows === 0) await setImmediate();
    rows.push(shape.take(value.row));
  }
  return rows;
}

/** Deletes rows older than so many days of every table. */
export async function deleteOld(connection: DuckDBConnection, days: number, now: number): Promise<void> {
  const limit = literal(new Date(now - days * 86_400_000).toISOString().slice(0, 23).replace("T", " "));
  const tables = await connection.runAndReadAll("SELECT name FROM _dest.tables");
  for (const [name] of tables.getRows()) {
    const table = quoted(String(name));
    const has = await connection.runAndReadAll(
      "SELECT 1 FROM duckdb_columns() WHERE schema_name = 'main' AND lower(table_name) = $1 AND column_name = $2",
      [String(name), storedAt],
    );
    if (has.currentRowCount > 0)
      await connection.run(`DELETE FROM main.${table} WHERE ${storedAt} < TIMESTAMP ${limit}`);
  }
}

async function shapeOf(connection: DuckDBConnection, table: string): Promise<Shape | undefined> {
  const found = await connection.runAndReadAll("SELECT shape FROM _dest.tables WHERE name = $1", [
    table.toLowerCase(),
  ]);
  const [row] = found.getRows();
  return row && Shape.parse(String(row[0]));
}

async function evolve(
  connection: DuckDBConnection,
  table: string,
  before: Shape | undefined,
  after: Shape,
): Promise<void> {
  const name = `main.${quoted(table)}`;
  const fields = [...after.fields];
  if (!before) {
    // There are no tables without columns.
    if (fields.length === 0) after.fields.set("_rest", { name: "_rest", kind: "text" });
    const columns = [...after.fields.values()].map((field) => `${quoted(field.name)} ${typeOf(field.kind)}`);
    await connection.run(`CREATE TABLE ${name} (${columns.join(", ")})`).catch((cause: unknown) => {
      if (!/already exists/.test(String(cause))) throw cause;
      const message = `the table ${table} is there already, and not of dest's making: choose another name`;
      throw new DestError("DEST_SQL_TABLE", message, { cause, retryable: false });
    });
  } else {
    for (const [lower, { name: column, kind }] of fields) {
      const known = before.fields.get(lower);
      if (!known) await connection.run(`ALTER TABLE ${name} ADD COLUMN ${quoted(column)} ${typeOf(kind)}`);
      else if (typeOf(known.kind) !== typeOf(kind)) {
        const value = converted(quoted(column), known.kind, kind);
        await connection.run(
          `ALTER TABLE ${name} ALTER COLUMN ${quoted(column)} TYPE ${typeOf(kind)} USING ${value}`,
        );
      }
    }
  }
  const text = after.toString();
  if (before?.toString() !== text)
    await connection.run("INSERT OR REPLACE INTO _dest.tables VALUES ($1, $2)", [table.toLowerCase(), text]);
}

/** From the first row that is stored with `retention`; those before count as stored then. */
async function keepTime(connection: DuckDBConnection, table: string, at: string): Promise<void> {
  const column = `${storedAt} TIMESTAMP DEFAULT TIMESTAMP ${at}`;
  await connection.run(`ALTER TABLE main.${quoted(table)} ADD COLUMN IF NOT EXISTS ${column}`);
}

/** DuckDB reads the JSON itself, in C++ and on all processors. */
async function insert(
  connection: DuckDBConnection,
  table: string,
  shape: Shape,
  rows: readonly string[],
  at: string | undefined,
): Promise<void> {
  await connection.run("CREATE TEMP TABLE IF NOT EXISTS dest_rows (j VARCHAR)");
  const appender = await connection.createAppender("dest_rows", "main", "temp");
  for (const [i, row] of rows.entries()) {
    // Others of this process have their turn, too.
    if (i % turnRows === 0) await setImmediate();
    appender.appendVarchar(row);
    appender.endRow();
  }
  appender.closeSync();
  const structure = literal(JSON.stringify(structureOf(shape.fields)));
  const time = at === undefined ? "" : `, TIMESTAMP ${at} AS ${storedAt}`;
  await connection.run(
    `INSERT INTO main.${quoted(table)} BY NAME SELECT unnest(json_transform(j, ${structure}))${time} FROM temp.main.dest_rows`,
  );
  await connection.run("DELETE FROM temp.main.dest_rows");
}
