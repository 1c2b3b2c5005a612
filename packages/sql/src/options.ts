import { invalidOption } from "@dest/core";

/** Options of `sql()` beside the policy every destination takes. */
export interface SqlOptions {
  /** The database's file. Default: none, it is in memory. */
  readonly path?: string | undefined;
  /** Rows older than so many days are deleted, about once an hour. Default: none are. */
  readonly retention?: { readonly days: number } | undefined;
  /** Of DuckDB, as in `"2GB"`. Default: DuckDB's, 80 % of the machine's. */
  readonly memoryLimit?: string | undefined;
  /** Milliseconds that a query may take. Default 60,000. */
  readonly queryTimeout?: number | undefined;
  /** Rows that a query may answer. Default 10,000. */
  readonly maxRows?: number | undefined;
  /**
   * Who may use the query API: a function that says so of each request (what it throws refuses), or `"public"` for
   * everyone. Without it every request is answered 401.
   */
  readonly authorize?: Authorize | undefined;
}

export type Authorize = ((request: Request) => boolean | Promise<boolean>) | "public";

export const optionNames = [
  "path",
  "retention",
  "memoryLimit",
  "queryTimeout",
  "maxRows",
  "authorize",
] as const satisfies readonly (keyof SqlOptions)[];

/** Throws `DEST_INVALID_OPTION`. */
export function checkOptions({
  path,
  retention,
  memoryLimit,
  queryTimeout,
  maxRows,
  authorize,
}: SqlOptions): void {
  if (path !== undefined && (typeof path !== "string" || path === ""))
    throw invalidOption("path", path, "must be the path of a file");
  if (retention !== undefined && !(typeof retention?.days === "number" && retention.days > 0))
    throw invalidOption("retention", retention, "must be { days }, a number above 0");
  if (memoryLimit !== undefined && !/^\d+(\.\d+)? ?[KMGT]i?B$/i.test(memoryLimit))
    throw invalidOption("memoryLimit", memoryLimit, 'must be a size such as "2GB"');
  positive("queryTimeout", queryTimeout);
  positive("maxRows", maxRows);
  if (authorize !== undefined && authorize !== "public" && typeof authorize !== "function")
    throw invalidOption("authorize", authorize, 'must be a function or "public"');
}

function positive(name: string, value: unknown): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) > 0)) return;
  throw invalidOption(name, value, "must be a whole number of at least 1");
}
