import { startChild } from "./child.js";

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
  const { ready: port, ask, stop } = await startChild<number>("receiver");
  const take = () => ask<Received>("counts");
  return {
    origin: `http://127.0.0.1:${port}`,
    take,
    async expect({ requests, bytes }) {
      const received = await take();
      if (received.requests === requests && received.bytes === bytes) return;
      const wanted = `${requests} requests with ${bytes} bytes were expected`;
      throw new Error(`${wanted}, ${received.requests} with ${received.bytes} bytes arrived`);
    },
    stop,
  };
}
