import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DestError } from "@dest/core";
import { dataFile } from "./integrity.js";

/** A damaged store that is out of the way, until what it holds is carried over into a new one. */
export interface Recovery {
  readonly aside: string;
  readonly reason: string;
}

const storeFiles = [dataFile, "lock.mdb"];
// The name says how far it is: whoever finds the first one carries over.
const underWay = "recovering-";
const done = "damaged-";

/** Moves the store out of the way, never to be overwritten. */
export function beginRecovery(path: string, reason: string): Recovery {
  const aside = join(path, `${underWay}${new Date().toISOString().replace(/[:.]/g, "-")}`);
  mkdirSync(aside, { mode: 0o700 });
  for (const name of storeFiles)
    if (existsSync(join(path, name))) renameSync(join(path, name), join(aside, name));
  return { aside, reason };
}

/** The recovery of a process that ended before it was done. What it had made is removed: nobody else has opened that. */
export function resumeRecovery(path: string): Recovery | undefined {
  const aside = recoveryIn(path);
  if (aside === undefined) return undefined;
  for (const name of storeFiles) rmSync(join(path, name), { force: true });
  return { aside, reason: "found by a process that ended while it carried over what could be read" };
}

export function isBeingRecovered(path: string): boolean {
  return recoveryIn(path) !== undefined;
}

/** Gives the store that was damaged the name it keeps; answers what to say. */
export function endRecovery({ aside, reason }: Recovery, entries: number): DestError {
  const kept = join(dirname(aside), basename(aside).replace(underWay, done));
  renameSync(aside, kept);
  const message = `the store is damaged (${reason}). It is kept in ${kept}, and what could be read of it (${entries} entries) is carried over; what could not is lost to this store`;
  return new DestError("DEST_OUTBOX_CORRUPT", message);
}

// Where the process ended before it moved anything, the store is still in its place.
function recoveryIn(path: string): string | undefined {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  return readdirSync(path)
    .filter((name) => name.startsWith(underWay))
    .map((name) => join(path, name))
    .find((aside) => existsSync(join(aside, dataFile)));
}
