import { startChild } from "./child.js";
import { payloadBytes } from "./payload.js";
import type { Receiver } from "./start-receiver.js";

/** How a sender makes its requests of the receiver. */
export interface Sending {
  readonly origin: string;
  /** dest with one of its outboxes, or undici's pool and nothing else. */
  readonly through: "memory" | "lmdb" | "pool";
  /** Of the outbox on the disk. */
  readonly path: string;
  readonly perRun: number;
  readonly atOnce: number;
}

export interface Sent {
  readonly perSecond: number;
  /** Of the sending process, for each request. */
  readonly cpuMicroseconds: number;
}

export interface Sender {
  /** Throws unless exactly so many requests arrive. */
  send(sends: number): Promise<Sent>;
  stop(): Promise<void>;
}

export async function startSender(receiver: Receiver, sending: Omit<Sending, "origin">): Promise<Sender> {
  const argument = JSON.stringify({ ...sending, origin: receiver.origin } satisfies Sending);
  const { ask, stop } = await startChild("sender-process", argument);
  return {
    async send(sends) {
      const sent = await ask<Sent>(sends);
      await receiver.expect({ requests: sends, bytes: payloadBytes(sends) });
      return sent;
    },
    stop,
  };
}
