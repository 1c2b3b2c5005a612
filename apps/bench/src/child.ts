import { fork } from "node:child_process";
import { once } from "node:events";
import { answer } from "./answer.js";

/** A program of the benchmarks in a process of its own: what others compiled or left as garbage is not in its way. */
export interface Child<Ready> {
  /** What it said when it was ready. */
  readonly ready: Ready;
  /** Its answer. */
  ask<T>(question: unknown): Promise<T>;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
}

/** `program`: its file in dist, without the ending. */
export async function startChild<Ready = unknown>(
  program: string,
  ...args: readonly string[]
): Promise<Child<Ready>> {
  const child = fork(new URL(`./${program}.js`, import.meta.url), args, { execArgv: [] });
  const ready = await answer<Ready>(child);
  return {
    ready,
    ask<T>(question: unknown) {
      child.send(question as object);
      return answer<T>(child);
    },
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
