import { startChild } from "./child.js";
import { payloadBytes } from "./payload.js";
import type { Receiver } from "./start-receiver.js";

/** How many requests a sender makes of the receiver when it is told to, and by what. */
export interface Sending {
  readonly origin: string;
  /** dest with one of its outboxes, or undici's pool and nothing else. */
  readonly through: "memory" | "lmdb" | "pool";
  /** Of the outbox on the disk. */
  readonly path: string;
  readonly sends: number;
  readonly perRun: number;
  readonly atOnce: number;
}

export interface Sent {
  readonly perSecond: number;
  /** Of the sending process, for each request. */
  readonly cpuMicroseconds: number;
}

export interface Sender {
  /** Throws unless exactly these requests arrive. */
  send(): Promise<Sent>;
  stop(): Promise<void>;
}

export async function startSender(receiver: Receiver, sending: Omit<Sending, "origin">): Promise<Sender> {
  const argument = JSON.stringify({ ...sending, origin: receiver.origin } satisfies Sending);
  const { ask, stop } = await startChild("sender-process", argument);
  return {
    async send() {
      const sent = await ask<Sent>("send");
      await receiver.expect({ requests: sending.sends, bytes: payloadBytes(sending.sends) });
      return sent;
    },
    stop,
  };
}
