import { writeSync } from "node:fs";
import type { Line } from "./protocol.js";

const descriptor = 3;

/**
 * Written when this returns: what was said before a kill is heard after it. A stream would keep lines in the memory
 * that dies.
 */
export function say(line: Line): void {
  let rest = Buffer.from(`${JSON.stringify(line)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

/** Resolves with the first of these words that the observer says, one a line. */
export function hear<Word extends string>(...words: readonly Word[]): Promise<Word> {
  return new Promise((resolve) => {
    let heard = "";
    process.stdin.ref().on("data", (chunk) => {
      heard += chunk;
      const word = words.find((one) => heard.split("\n").includes(one));
      if (word === undefined) return;
      process.stdin.unref();
      resolve(word);
    });
  });
}

/** This process ends when the one that started it does, and faults that nobody caught are said. */
export function listen(): void {
  process.stdin.on("end", () => process.exit(3)).on("error", () => process.exit(3));
  process.stdin.resume();
  process.stdin.unref();
  for (const event of ["unhandledRejection", "uncaughtException"] as const)
    process.on(event, (error: unknown) => {
      say({
        say: "fault",
        kind: event,
        detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      process.exit(70);
    });
}
