import { formatWithOptions } from "node:util";
import { currentStep } from "./step-scope.js";

export interface StepLog {
  readonly step: string;
  readonly level: LogLevel;
  /** As the console prints it; of more than 10,000 characters, the beginning. */
  readonly text: string;
}

const levels = ["log", "info", "warn", "error", "debug"] as const;
export type LogLevel = (typeof levels)[number];

const keptAtMost = 1_000;
const longest = 10_000;

/** What the steps of one run printed: at most 1,000 entries, and one more that counts what is not kept. */
export class Logs {
  readonly #kept: StepLog[] = [];
  #left = 0;

  add(step: string, level: LogLevel, args: readonly unknown[]): void {
    if (this.#kept.length === keptAtMost) {
      this.#left += 1;
      return;
    }
    const text = formatWithOptions({ colors: false }, ...args);
    this.#kept.push({ step, level, text: text.length > longest ? `${text.slice(0, longest)}…` : text });
  }

  /** In the order in which they were printed. */
  entries(): readonly StepLog[] {
    const last = this.#kept.at(-1);
    if (this.#left === 0 || last === undefined) return this.#kept;
    return [...this.#kept, { step: last.step, level: "warn", text: `${this.#left} more were not kept` }];
  }
}

let listening: Console | undefined;

/** From now on what a step prints is also kept. `console.table` and `console.trace` print through these. */
export function listenToConsole(): void {
  if (listening === console) return;
  listening = console;
  for (const level of levels) {
    const print = console[level];
    console[level] = function (this: unknown, ...args: unknown[]) {
      const scope = currentStep();
      scope?.logs.add(scope.step, level, args);
      print.apply(this, args);
    };
  }
}
