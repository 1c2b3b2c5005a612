import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DestError } from "@dest/core";
import { isSeenAlive, type ProcessMark, thisProcess } from "./process-mark.js";

const lookEvery = 25;
const silentMs = 300_000;

/**
 * Runs `work` while no other process opens this directory: the check of a store that was left open must not meet one
 * that begins to write. What a dead process left behind is taken over.
 */
export async function whileOpening<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = join(path, "opening");
  const mine = `${lock}-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const mark = JSON.stringify({ ...thisProcess(), mine });
  try {
    writeFileSync(mine, mark, { mode: 0o600 });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isFull = code === "ENOSPC" || code === "EDQUOT";
    const text = `${path} cannot be opened: ${message}`;
    throw new DestError(isFull ? "DEST_OUTBOX_FULL" : "DEST_OUTBOX_FAILED", text, { cause });
  }
  try {
    await take(lock, mine, mark);
    return await work();
  } finally {
    if (read(lock) === mark) rmSync(lock, { force: true });
    rmSync(mine, { force: true });
  }
}

async function take(lock: string, mine: string, mark: string): Promise<void> {
  let seen: { readonly held: string; readonly since: number } | undefined;
  for (;;) {
    const held = read(lock);
    if (held === undefined) {
      if (isLinked(mine, lock)) return;
    } else {
      if (seen?.held !== held) seen = { held, since: performance.now() };
      if (isOver(held, seen.since)) {
        rmSync(lock, { force: true });
        // Another may have seen the same and removed what this process puts there now: the last one to do so has it.
        const isMine = isLinked(mine, lock);
        await sleep(lookEvery);
        if (isMine && read(lock) === mark) return;
        continue;
      }
    }
    await sleep(lookEvery);
  }
}

function isOver(held: string, since: number): boolean {
  try {
    const alive = isSeenAlive(JSON.parse(held) as ProcessMark);
    return alive === undefined ? performance.now() - since > silentMs : !alive;
  } catch {
    // Written by halves: whoever wrote it did not get far.
    return true;
  }
}

function isLinked(mine: string, lock: string): boolean {
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function read(lock: string): string | undefined {
  try {
    return readFileSync(lock, "utf8");
  } catch {
    return undefined;
  }
}
