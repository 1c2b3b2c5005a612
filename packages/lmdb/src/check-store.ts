// A program of its own: what is wrong with a store may end the process that looks at it.
import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import { environmentOptions, tableNames } from "./tables.js";

const [, , task, path, table, direction, file] = process.argv as [string, string, ...string[]];

const env = open({ ...environmentOptions(path as string), readOnly: true });
const openTable = (name: string) =>
  env.openDB<Buffer, number | string | (number | string)[]>(name, { encoding: "binary" });

if (task === "check") check();
else dump();

/** Exits with 1 where the file is shorter than its pages, and dies where its trees cannot be walked. */
function check(): void {
  const { lastPageNumber, pageSize } = env.getStats() as { lastPageNumber: number; pageSize: number };
  const { size } = statSync(join(path as string, "data.mdb"));
  let isWhole = size >= (lastPageNumber + 1) * pageSize;
  if (isWhole) {
    for (const name of tableNames) {
      const opened = openTable(name);
      if (!opened) continue;
      const { entryCount } = opened.getStats() as { entryCount: number };
      if (opened.getKeysCount({}) !== entryCount) isWhole = false;
    }
  }
  process.exit(isWhole ? 0 : 1);
}

/** Writes what it can read of one table, entry after entry, from one of its ends. */
function dump(): void {
  const to = openSync(file as string, "a");
  const range = direction === "backward" ? { reverse: true } : {};
  for (const { key, value } of openTable(table as string)?.getRange(range) ?? []) {
    const name = Buffer.from(JSON.stringify(key));
    const head = Buffer.allocUnsafe(8);
    head.writeUInt32LE(name.length, 0);
    head.writeUInt32LE(value.length, 4);
    writeSync(to, Buffer.concat([head, name, value]));
  }
  closeSync(to);
  process.exit(0);
}
