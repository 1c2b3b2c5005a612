import { fork } from "node:child_process";
import { once } from "node:events";
import { answer } from "./answer.js";
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

/** A sender in a process of its own: neither what another compiled nor what it left as garbage is in its way. */
export async function startSender(receiver: Receiver, sending: Omit<Sending, "origin">): Promise<Sender> {
  const argument = JSON.stringify({ ...sending, origin: receiver.origin } satisfies Sending);
  const child = fork(new URL("./sender-process.js", import.meta.url), [argument], { execArgv: [] });
  await answer(child);
  return {
    async send() {
      child.send("send");
      const sent = await answer<Sent>(child);
      await receiver.expect({ requests: sending.sends, bytes: payloadBytes(sending.sends) });
      return sent;
    },
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
