import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Line, Setup } from "./worker/protocol.js";

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It did not end in its time, and was killed for that. */
  readonly hung: boolean;
  readonly stderr: string;
}

export interface Child {
  /** Resolves when the process is reaped, and all it said and sent has come. */
  readonly ended: Promise<Ending>;
  kill(): void;
  /** One line on its standard input. */
  tell(word: string): void;
}

const program = fileURLToPath(new URL("../dist/worker.js", import.meta.url));
/** Turns of the event loop in which what it had sent to a server of this process is read. */
const turnsAfter = 5;
const running = new Set<ChildProcess>();

// A child also ends by itself when its standard input does: this process may be killed, too.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts the program that may die. What it says is heard line by line. */
export function startChild(setup: Setup, heard: (line: Line) => void, limitMs: number): Child {
  const child = spawn(process.execPath, ["--no-warnings", program, JSON.stringify(setup)], {
    stdio: ["pipe", "ignore", "pipe", "pipe"],
  });
  running.add(child);
  let stderr = "";
  let hung = false;
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    stderr = (stderr + chunk).slice(-4_000);
  });
  child.stdin?.on("error", () => undefined);
  const lines = createInterface({ input: child.stdio[3] as Readable });
  lines.on("line", (text) => {
    const line = parse(text);
    if (line) heard(line);
  });
  const allHeard = new Promise((resolve) => lines.on("close", resolve));
  const timer = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, limitMs);
  const ended = new Promise<Ending>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", async (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      await allHeard;
      for (let turn = 0; turn < turnsAfter; turn++) await new Promise((next) => setImmediate(next));
      resolve({ code, signal, hung, stderr });
    });
  });
  return {
    ended,
    kill: () => void child.kill("SIGKILL"),
    tell: (word) => void child.stdin?.write(`${word}\n`),
  };
}

/** Undefined for the line that was being written when the process died. */
function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
