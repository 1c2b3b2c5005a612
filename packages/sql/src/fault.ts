import { DestError } from "@dest/core";

/** By DuckDB's own words, which have no codes. */
const known: readonly (readonly [pattern: RegExp, code: string, advice: string])[] = [
  [/could not set lock|conflicting lock/i, "DEST_SQL_LOCKED", "close the process that has it open"],
  [/no space left|disk.*full|not enough disk/i, "DEST_SQL_FULL", "make room on the disk"],
  [/out of memory/i, "DEST_SQL_MEMORY", "raise memoryLimit"],
  [
    /not a valid duckdb|corrupt|checksum|serialization error|could not read enough bytes/i,
    "DEST_SQL_CORRUPT",
    "move the file away, or restore it",
  ],
  [
    /cannot open file|permission denied|no such file|is a directory/i,
    "DEST_SQL_FILE",
    "check the path and its permissions",
  ],
];

/** What DuckDB threw, with a code. It may pass: the rows stay in the outbox. */
export function faultOf(thrown: unknown, path: string): DestError {
  if (DestError.is(thrown)) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const [, code = "DEST_SQL_FAILED", advice] = known.find(([pattern]) => pattern.test(text)) ?? [];
  const [line = ""] = text.split("\n");
  return new DestError(code, `${path}: ${line}${advice === undefined ? "" : `; ${advice}`}`, {
    cause: thrown,
  });
}
