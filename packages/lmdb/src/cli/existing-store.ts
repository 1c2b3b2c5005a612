import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { DestError } from "@dest/core";
import { type Database, open } from "lmdb";
import { wasLeftOpen, whatIsWrong } from "../integrity.js";
import { Lease } from "../lease.js";
import { whileOpening } from "../opening.js";
import { isBeingRecovered } from "../recovery.js";
import { environmentOptions, type Key, type Tables } from "../tables.js";

// Where the file of LMDB has its mark, in the byte order of the machine.
const markAt = 24;
const marks = ["dec0efbe", "beefc0de"];
const silentMs = 5_000;

/**
 * Throws where the directory holds no outbox: opening it would make one. And where the store is damaged: opening it
 * would set it aside, which is for the application to do, and might end this process.
 */
export async function expectStore(path: string): Promise<void> {
  const isStore = isBeingRecovered(path) || marks.includes(markOf(path));
  const isUsable = isStore && (await whileOpening(path, () => isOpenable(path)));
  if (!isUsable) {
    const message = `${path} is damaged and cannot be opened. The next application that opens it sets it aside and carries over what can be read`;
    throw new DestError("DEST_OUTBOX_CORRUPT", message);
  }
  const isOutbox = await readMeta(path, (meta) => meta?.doesExist("format") ?? false);
  if (!isOutbox) throw missing(path, "its data.mdb is not that of an outbox");
}

/** `silent`: a process has the lease, but shows no sign of life. */
export function delivererOf(path: string): Promise<"alive" | "silent" | "none"> {
  return readMeta(path, (meta) => {
    const lease = new Lease(path);
    try {
      if (!meta || lease.isFree({ meta } as Tables)) return "none";
    } finally {
      lease.end();
    }
    const pulse = statSync(join(path, "deliverer"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Math.abs(Date.now() - pulse) < silentMs ? "alive" : "silent";
  });
}

async function isOpenable(path: string): Promise<boolean> {
  const lease = new Lease(path);
  lease.end();
  if (isBeingRecovered(path)) return false;
  return lease.isTaken() || !wasLeftOpen(path) || (await whatIsWrong(path)) === undefined;
}

function markOf(path: string): string {
  const mark = Buffer.alloc(4);
  let file: number | undefined;
  try {
    file = openSync(join(path, "data.mdb"), "r");
    readSync(file, mark, 0, mark.length, markAt);
  } catch (cause) {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw missing(path, "there is no data.mdb in it");
    throw new DestError("DEST_OUTBOX_FAILED", `${path} cannot be read: ${message}`, { cause });
  } finally {
    if (file !== undefined) closeSync(file);
  }
  return mark.toString("hex");
}

async function readMeta<T>(path: string, read: (meta: Database<Buffer, Key> | undefined) => T): Promise<T> {
  const env = open<Buffer, Key>({ ...environmentOptions(path), readOnly: true });
  try {
    return read(env.openDB<Buffer, Key>("meta", { encoding: "binary" }));
  } finally {
    await env.close();
  }
}

function missing(path: string, why: string): DestError {
  return new DestError("DEST_OUTBOX_MISSING", `${path} holds no outbox: ${why}. Nothing was created`);
}
