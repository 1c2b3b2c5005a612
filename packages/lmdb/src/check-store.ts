// A program of its own: what is wrong with a store may end the process that looks at it.
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, open } from "lmdb";
import { hasChecksum } from "./codec.js";
import { format, readNumber } from "./meta.js";
import { environmentOptions, type Key, nothing, type TableName, tableNames } from "./tables.js";

const [, , task, path, table, direction, file] = process.argv as [
  string,
  string,
  string,
  string,
  ...string[],
];

const rehearsedBytes = 64 * 1024 * 1024;
const unwrittenPages = 1_024;

if (task === "check") check();
else dump();

type Table = Database<Buffer, Key | Key[]> & { readonly name: string };

function openAt(directory: string, readOnly: boolean) {
  const env = open({ ...environmentOptions(directory), readOnly });
  const tables = tableNames.flatMap(
    (name) => (env.openDB(name, { encoding: "binary" }) as Table | undefined) ?? [],
  );
  return { env, tables };
}

function fail(reason: string): never {
  writeSync(1, reason);
  process.exit(1);
}

/** Exits with 1 and says why where something does not fit, and dies where LMDB cannot work with the store. */
function check(): void {
  const { env, tables } = openAt(path, true);
  const { lastPageNumber, pageSize } = env.getStats() as { lastPageNumber: number; pageSize: number };
  const { size } = statSync(join(path, "data.mdb"));
  // Pages that one transaction takes and gives back at the end of the file are never written.
  if (size < (lastPageNumber + 1 - unwrittenPages) * pageSize)
    fail(`the file has ${size} bytes, and its last page is number ${lastPageNumber} of ${pageSize} bytes`);
  for (const table of tables) {
    const { entryCount } = table.getStats() as { entryCount: number };
    const found = table.getKeysCount({});
    if (found !== entryCount)
      fail(`the table ${table.name} has ${found} entries where ${entryCount} are counted`);
  }
  const [meta] = tables;
  // Of a newer version's values nothing is known here; it is refused later.
  if (meta && readNumber(meta as Database<Buffer, Key>, "format") > format) process.exit(0);
  const isQuick = size <= rehearsedBytes;
  if (isQuick) for (const table of tables) checkValues(table);
  if (isQuick) rehearse();
  process.exit(0);
}

// A length that is wrong does its harm when the page is written.
function checkValues(table: Table): void {
  for (const { key, value } of table.getRange())
    if (!isGood(table.name as TableName, value))
      fail(`a value of the table ${table.name} is damaged: ${String(key)}`);
}

function isGood(name: TableName, value: Buffer): boolean {
  if (name === "lines" || name === "keys" || name === "started") return value.equals(nothing);
  if (name === "ids") return value.equals(nothing) || value.at(0) === 0x3d;
  if (name === "late") return value.at(0) === 0x5b && value.at(-1) === 0x5d;
  if (name === "deliveredIndex") return value.length % 4 === 0 || value.equals(nothing);
  return name === "meta" || name === "damaged" || hasChecksum(value);
}

// Walking the trees shows neither what is wrong with the list of free pages nor with the heads of long values: those
// are used when something is deleted and written. So that is tried, on a copy, where that does not take long.
function rehearse(): void {
  const copy = mkdtempSync(join(tmpdir(), "dest-check-"));
  try {
    copyFileSync(join(path, "data.mdb"), join(copy, "data.mdb"));
    const { env, tables } = openAt(copy, false);
    env.transactionSync(() => {
      for (const table of tables) {
        for (const key of [...table.getKeys()]) {
          table.getBinary(key);
          table.remove(key);
        }
      }
    });
    // Long values take free pages that lie side by side, short ones any.
    const fillings = [Buffer.alloc(64 * 1024), Buffer.alloc(4_000)];
    // What one transaction frees the next but one uses.
    for (let round = 0; round < 4; round++) {
      env.transactionSync(() => {
        for (const filling of fillings)
          for (let written = 0; written < rehearsedBytes / 32; written += filling.length)
            tables[0]?.put(`filling ${round} ${filling.length} ${written}`, filling);
      });
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Writes what it can read of one table, entry after entry, from one of its ends. */
function dump(): void {
  const to = openSync(file as string, "a");
  const env = open({ ...environmentOptions(path), readOnly: true });
  const range = direction === "backward" ? { reverse: true } : {};
  for (const { key, value } of env
    .openDB<Buffer, Key | Key[]>(table as string, { encoding: "binary" })
    ?.getRange(range) ?? []) {
    const name = Buffer.from(JSON.stringify(key));
    const head = Buffer.allocUnsafe(8);
    head.writeUInt32LE(name.length, 0);
    head.writeUInt32LE(value.length, 4);
    writeSync(to, Buffer.concat([head, name, value]));
  }
  closeSync(to);
  process.exit(0);
}
