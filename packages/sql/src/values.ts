import { DuckDBArrayValue, DuckDBListValue, DuckDBStructValue, type DuckDBValue } from "@duckdb/node-api";

/** As a program wants it: lists as arrays, structs as objects, dates and all else that JSON has not as DuckDB's text. */
export function plain(value: DuckDBValue): unknown {
  // DuckDB counts in 64 bits.
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(plain);
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([name, member]) => [name, plain(member)]));
  return String(value);
}

/** As the query API prints it; undefined for NULL. */
export function printed(value: DuckDBValue): string | undefined {
  if (value === null) return undefined;
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return `[${value.items.map((item) => printed(item) ?? "null").join(", ")}]`;
  return String(value);
}
