import { DestError } from "@dest/core";
import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import { StatementType } from "@duckdb/node-api";

/** What a reading statement begins with. What is parsed only may already open files, so it is looked at before. */
const beginnings = /^(?:select|with|from|values|describe|summarize|show)\b|^\(/i;
/** Blanks and comments. */
const blank = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/;

/** The one statement, which only reads; throws `DEST_SQL_QUERY`. */
export async function readingStatement(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  if (typeof sql !== "string") throw refused("a query is a text");
  const text = sql.replace(blank, "");
  if (text === "") throw refused("there is no statement");
  if (!beginnings.test(text))
    throw refused("only reading statements are run: SELECT, WITH, FROM, VALUES, DESCRIBE, SHOW, SUMMARIZE");
  const statements = await connection.extractStatements(sql).catch((cause: unknown) => {
    throw new DestError("DEST_SQL_QUERY", firstLine(cause), { cause, retryable: false });
  });
  if (statements.count !== 1) throw refused("one statement at a time, and none that stands for several");
  const statement = await statements.prepare(0).catch((cause: unknown) => {
    throw new DestError("DEST_SQL_QUERY", firstLine(cause), { cause, retryable: false });
  });
  if (statement.statementType !== StatementType.SELECT) throw refused("only reading statements are run");
  return statement;
}

export function firstLine(thrown: unknown): string {
  const [line = ""] = (thrown instanceof Error ? thrown.message : String(thrown)).split("\n");
  return line;
}

function refused(message: string): DestError {
  return new DestError("DEST_SQL_QUERY", message, { retryable: false });
}
