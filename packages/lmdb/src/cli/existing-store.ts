import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { DestError } from "@dest/core";
import { type Database, open } from "lmdb";
import { Lease } from "../lease.js";
import type { Key, Tables } from "../store.js";

// Where the file of LMDB has its mark, in the byte order of the machine.
const markAt = 24;
const marks = ["dec0efbe", "beefc0de"];
const silentMs = 5_000;

/**
 * Throws where the directory holds no outbox: opening it would make one. LMDB ends the process where the file is none
 * of its own, so that is looked at before.
 */
export async function expectStore(path: string): Promise<void> {
  if (!marks.includes(markOf(path))) {
    const message = `${path} cannot be opened: its data.mdb is not one of LMDB, or its beginning is damaged`;
    throw new DestError("DEST_OUTBOX_CORRUPT", message);
  }
  const isOutbox = await readMeta(path, (meta) => meta?.doesExist("format") ?? false);
  if (!isOutbox) throw missing(path, "its data.mdb is not that of an outbox");
}

/** `silent`: it has the lease, but shows no sign of life. Whether another does is seen by the next that opens it. */
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

function markOf(path: string): string {
  const mark = Buffer.alloc(4);
  let file: number | undefined;
  try {
    file = openSync(join(path, "data.mdb"));
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
  const env = open<Buffer, Key>({ path, noSubdir: false, readOnly: true, encoding: "binary" });
  try {
    return read(env.openDB<Buffer, Key>("meta", { encoding: "binary" }));
  } finally {
    await env.close();
  }
}

function missing(path: string, why: string): DestError {
  return new DestError("DEST_OUTBOX_MISSING", `${path} holds no outbox: ${why}. Nothing was created`);
}
