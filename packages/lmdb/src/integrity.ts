import { type StdioOptions, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, type Stats, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const dataFile = "data.mdb";
const cleanFile = "clean";
const checkTimeout = 300_000;

/** How the file was when the last process closed it in order. What changed it since was not this package. */
interface Clean {
  readonly size: number;
  readonly mtimeMs: number;
}

/** Notes that the store is closed in order: it need not be checked when it is opened again. */
export function markClean(path: string): void {
  const { size, mtimeMs } = statSync(join(path, dataFile));
  writeFileSync(join(path, cleanFile), JSON.stringify({ size, mtimeMs } satisfies Clean), { mode: 0o600 });
}

/** Whether there is a store that was not closed in order, or was changed since. */
export function wasLeftOpen(path: string): boolean {
  const stats = statsOf(path);
  if (!stats) return false;
  try {
    const clean = JSON.parse(readFileSync(join(path, cleanFile), "utf8")) as Clean;
    return clean.size !== stats.size || clean.mtimeMs !== stats.mtimeMs;
  } catch {
    return true;
  }
}

/**
 * Why LMDB cannot work with the store; undefined where it can. In another process: a damaged store may end the one that
 * opens it. What is damaged is so each time; what else may end a process, such as a lack of memory, says nothing of the
 * store.
 */
export async function whatIsWrong(path: string): Promise<string | undefined> {
  const program = checkProgram();
  if (program === undefined) return undefined;
  return (await run(program, ["check", path])) && (await run(program, ["check", path]));
}

/** What tells this file from another that gets its name later; 0 where there is none. */
export function fileOf(path: string): number {
  return statsOf(path)?.ino ?? 0;
}

/** Of the file, in bytes; 0 where there is none. */
export function sizeOf(path: string): number {
  return statsOf(path)?.size ?? 0;
}

function statsOf(path: string): Stats | undefined {
  return statSync(join(path, dataFile), { throwIfNoEntry: false });
}

/** Reads a table of a store that cannot be opened, from both ends, as far as each gets. */
export async function salvage(
  path: string,
  table: string,
  put: (key: unknown, value: Buffer) => void,
): Promise<void> {
  const program = checkProgram();
  if (program === undefined) return;
  const file = join(path, `${table}.dump`);
  const failure = await run(program, ["dump", path, table, "forward", file]);
  if (failure !== undefined) await run(program, ["dump", path, table, "backward", file]);
  if (!existsSync(file)) return;
  const dump = readFileSync(file);
  for (let at = 0; at + 8 <= dump.length; ) {
    const keyEnd = at + 8 + dump.readUInt32LE(at);
    const end = keyEnd + dump.readUInt32LE(at + 4);
    if (end > dump.length) break;
    put(JSON.parse(dump.toString("utf8", at + 8, keyEnd)), dump.subarray(keyEnd, end));
    at = end;
  }
  rmSync(file);
}

// Beside this file once built, beside it in dist when run from the source. A bundler may have left it behind.
function checkProgram(): string | undefined {
  return ["./check-store.js", "../dist/check-store.js"]
    .map((name) => fileURLToPath(new URL(name, import.meta.url)))
    .find((name) => existsSync(name));
}

/** Answers why it failed. */
function run(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
    const child = spawn(process.execPath, [program, ...args], { stdio, timeout: checkTimeout });
    let said = "";
    child.stdout?.on("data", (text) => {
      said += text;
    });
    // It could not be started at all.
    child.on("error", () => resolve(args[0] === "check" ? undefined : "not started"));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(said === "" ? `reading it ends a process with ${signal ?? `exit code ${code}`}` : said);
    });
  });
}
