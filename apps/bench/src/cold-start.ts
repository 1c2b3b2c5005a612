import { fork } from "node:child_process";
import { once } from "node:events";
import { answer } from "./answer.js";
import type { Benchmark } from "./benchmark.js";
import { startReceiver } from "./start-receiver.js";

const starts = 5;

/** What a program that sends one message and ends waits for, beside the client's own start. */
export const coldStart: Benchmark = {
  name: "cold-start",
  a: "import, createDest and the first delivery of a new process, memory outbox",
  b: "import of undici and the first request of a new process",
  unit: "ms",
  better: "lower",
  mustReach: 1.5,
  reachFor: 1.2,
  async setUp() {
    const receiver = await startReceiver();
    return {
      a: () => median("dest", receiver.origin),
      b: () => median("undici", receiver.origin),
      tearDown: () => receiver.stop(),
    };
  },
};

/** Of several new processes, one after another. */
async function median(way: string, origin: string): Promise<number> {
  const times: number[] = [];
  while (times.length < starts) times.push(await start(way, origin));
  return times.sort((a, b) => a - b)[(starts - 1) / 2] as number;
}

async function start(way: string, origin: string): Promise<number> {
  const child = fork(new URL("./cold-start-process.js", import.meta.url), [way, origin], { execArgv: [] });
  const ended = once(child, "exit");
  const ms = await answer<number>(child);
  await ended;
  return ms;
}
