import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Problem } from "./problem.js";
import type { Arrival } from "./receiver.js";

export interface Receiver {
  readonly url: string;
  /** What it got so far. */
  arrivals(): Promise<readonly Arrival[]>;
  stop(): Promise<void>;
}

const file = fileURLToPath(new URL("./receiver.js", import.meta.url));

/** Starts the receiver. It ends with this process, however that ends. */
export async function startReceiver(): Promise<Receiver> {
  const child = fork(file, { execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const { port } = await answer<{ port: number }>(child);
  return {
    url: `http://127.0.0.1:${port}`,
    async arrivals() {
      child.send("arrivals");
      return (await answer<{ arrivals: Arrival[] }>(child)).arrivals;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const ended = once(child, "exit").then(() => {
    throw new Problem("the receiver ended unexpectedly");
  });
  const [message] = await Promise.race([once(child, "message"), ended]);
  return message as T;
}
