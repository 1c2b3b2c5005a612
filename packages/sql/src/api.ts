import { DestError } from "@dest/core";
import type { DuckDBValue } from "@duckdb/node-api";
import type { Authorize } from "./options.js";
import type { Column } from "./query.js";
import { printed } from "./values.js";

export interface TextResult {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly DuckDBValue[])[];
}

const largestQuery = 1_000_000;
/** What the query is to blame for. */
const theirs = ["DEST_SQL_QUERY", "DEST_SQL_TIMEOUT"];

/** The HTTP query API: `POST …/sql` with `{ "query": … }`. */
export function apiHandler(
  query: (sql: string) => Promise<TextResult>,
  authorize: Authorize | undefined,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const refusal = await refused(request, authorize);
    if (refusal !== undefined) return fault(401, refusal);
    if (!/\/sql\/?$/.test(new URL(request.url).pathname)) return fault(404, "queries go to /sql");
    if (request.method !== "POST") return fault(405, "queries are POST");
    const text = await request.text();
    const sql = text.length > largestQuery ? undefined : queryOf(text);
    if (sql === undefined) return fault(400, 'the body is { "query": "SELECT …" }');
    try {
      const result = await query(sql);
      return (request.headers.get("accept") ?? "").includes("text/csv") ? asCsv(result) : asJson(result);
    } catch (thrown) {
      const isTheirs = DestError.is(thrown) && theirs.includes(thrown.code);
      return fault(isTheirs ? 400 : 503, thrown instanceof Error ? thrown.message : String(thrown));
    }
  };
}

function queryOf(text: string): string | undefined {
  try {
    const { query } = JSON.parse(text) as { query?: unknown };
    return typeof query === "string" ? query : undefined;
  } catch {
    return undefined;
  }
}

function asJson({ columns, rows }: TextResult): Response {
  const data = (texts: readonly (string | undefined)[]) => ({
    Data: texts.map((text) => (text === undefined ? {} : { VarCharValue: text })),
  });
  return Response.json({
    resultSet: {
      ResultSetMetadata: { ColumnInfo: columns.map(({ name, type }) => ({ Name: name, Type: type })) },
      Rows: [data(columns.map(({ name }) => name)), ...rows.map((row) => data(row.map(printed)))],
    },
  });
}

/** RFC 4180. */
function asCsv({ columns, rows }: TextResult): Response {
  const lines = [
    columns.map(({ name }) => name),
    ...rows.map((row) => row.map((value) => printed(value) ?? "")),
  ];
  const text = lines.map((line) => `${line.map(field).join(",")}\r\n`).join("");
  return new Response(text, { headers: { "content-type": "text/csv; charset=utf-8; header=present" } });
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function refused(request: Request, authorize: Authorize | undefined): Promise<string | undefined> {
  if (authorize === undefined)
    return 'the option "authorize" is missing, so that nobody is served. Give sql({ authorize: (request) => … }), or authorize: "public" for everyone';
  if (authorize === "public") return undefined;
  try {
    return (await authorize(request)) === true ? undefined : "refused by authorize";
  } catch (thrown) {
    // Its message may quote what it has checked.
    return `refused, because authorize threw (${thrown instanceof Error ? thrown.name : typeof thrown})`;
  }
}

function fault(status: number, error: string): Response {
  const headers = status === 401 ? { "www-authenticate": "Bearer" } : {};
  return Response.json({ error: `sql: ${error}` }, { status, headers });
}
