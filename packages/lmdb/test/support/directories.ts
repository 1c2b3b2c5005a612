import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { markClean } from "../../src/integrity.js";

const made: string[] = [];

/** A new directory, in memory where the machine has such a place: what a test writes need not reach a disk. */
export function newDirectory(): string {
  const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const path = mkdtempSync(join(parent, "dest-lmdb-"));
  made.push(path);
  return path;
}

/**
 * What a store leaves behind when its process is killed now: what it wrote, closed or not. It is not checked for damage
 * when it is opened, which takes a process of its own.
 */
export function copyOf(path: string): string {
  const copy = newDirectory();
  cpSync(path, copy, { recursive: true });
  markClean(copy);
  return copy;
}

export function removeDirectories(): void {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
}
