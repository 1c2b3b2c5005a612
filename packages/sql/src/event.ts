import { invalid, jsonText } from "@dest/core";

/** What `$.send.sql` takes. */
export interface SqlEvent {
  /** Letters, digits and underscores, not beginning with one. It appears with its first row. */
  readonly table: string;
  /** One row: its keys become columns. */
  readonly payload: object;
}

export interface PreparedRow {
  readonly table: string;
  /** The payload as JSON. */
  readonly row: string;
}

export const accepts = ["table", "payload"] as const satisfies readonly (keyof SqlEvent)[];

const tableName = /^(?!_)[a-z0-9_]+$/i;

/** Throws `DEST_INVALID_PAYLOAD`. */
export function prepare(event: SqlEvent): PreparedRow {
  if (typeof event !== "object" || event === null) throw invalid("the event", event);
  const { table, payload } = event;
  if (typeof table !== "string" || !tableName.test(table))
    throw invalid("table", table, "letters, digits and underscores, not beginning with one");
  if (Array.isArray(payload)) throw invalid("payload", payload, "a call is one row: loop over them");
  if (typeof payload !== "object" || payload === null)
    throw invalid("payload", payload, "a row is an object");
  const row = jsonText("payload", payload);
  if (!row.startsWith("{")) throw invalid("payload", payload, "a row is an object");
  return { table, row };
}

export function rowBytes({ row }: PreparedRow): number {
  return Buffer.byteLength(row);
}

/** Tables differ not in case alone. */
export function tableOf({ table }: PreparedRow): string {
  return table.toLowerCase();
}
