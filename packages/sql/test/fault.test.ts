import { expect, test } from "vitest";
import { faultOf } from "../src/fault.js";

// In DuckDB's own words, of 1.5.
test.each([
  ["DEST_SQL_LOCKED", 'IO Error: Could not set lock on file "/a": Conflicting lock is held in node (PID 7)'],
  [
    "DEST_SQL_FULL",
    'TransactionContext Error: Failed to commit: Could not write file "/a.wal": No space left on device',
  ],
  ["DEST_SQL_MEMORY", "Out of Memory Error: failed to allocate data of size 1.0 GiB"],
  ["DEST_SQL_CORRUPT", 'IO Error: The file "/a" exists, but it is not a valid DuckDB database file!'],
  ["DEST_SQL_FILE", 'IO Error: Cannot open file "/nowhere/a": No such file or directory'],
  ["DEST_SQL_FAILED", "INTERNAL Error: something else"],
])("%s: %s", (code, message) => {
  const fault = faultOf(new Error(`${message}\n\nStack trace: …`), "/a");
  expect(fault).toMatchObject({ code, message: expect.stringContaining("/a: ") });
  expect(fault.message).not.toContain("Stack trace");
});
