import { fork } from "node:child_process";
import { once } from "node:events";
import { answer } from "./answer.js";

export interface Received {
  readonly requests: number;
  /** Of the bodies. */
  readonly bytes: number;
}

export interface Receiver {
  readonly origin: string;
  /** What arrived since the last call. */
  take(): Promise<Received>;
  /** Throws unless exactly this arrived since the last call. */
  expect(expected: Received): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an HTTP server in a process of its own, so that it does not take time from what is measured. */
export async function startReceiver(): Promise<Receiver> {
  const child = fork(new URL("./receiver.js", import.meta.url), { execArgv: [] });
  const port = await answer<number>(child);
  const take = () => {
    child.send("counts");
    return answer<Received>(child);
  };
  return {
    origin: `http://127.0.0.1:${port}`,
    take,
    async expect({ requests, bytes }) {
      const received = await take();
      if (received.requests === requests && received.bytes === bytes) return;
      const wanted = `${requests} requests with ${bytes} bytes were expected`;
      throw new Error(`${wanted}, ${received.requests} with ${received.bytes} bytes arrived`);
    },
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
