import { startChild } from "./child.js";
import type { Load } from "./process-load.js";

export interface Order {
  readonly do: "fill" | "drain" | "pass";
  readonly messages: number;
}

export interface Answer extends Load {
  readonly waiting: number;
}

export interface Opened {
  /** From the call of `createDest` until its outbox is open. */
  readonly openMs: number;
  readonly rssMb: number;
  readonly anonymousMb: number;
}

export interface Backlog {
  readonly opened: Opened;
  /** Throws unless so many wait in the end. */
  tell(order: Order, waiting: number): Promise<Answer>;
  stop(): Promise<void>;
}

/** A process with a durable outbox whose service answers only what it is told to, in that directory. */
export async function startBacklog(path: string, origin: string): Promise<Backlog> {
  const { ready: opened, ask, stop } = await startChild<Opened>("backlog-process", path, origin);
  return {
    opened,
    async tell(order, waiting) {
      const load = await ask<Answer>(order);
      if (load.waiting === waiting) return load;
      throw new Error(`after ${order.do}, ${waiting} messages were to wait, ${load.waiting} do`);
    },
    stop,
  };
}
