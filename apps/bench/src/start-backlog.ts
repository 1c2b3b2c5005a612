import { fork } from "node:child_process";
import { once } from "node:events";
import { answer } from "./answer.js";
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
  const child = fork(new URL("./backlog-process.js", import.meta.url), [path, origin], { execArgv: [] });
  const opened = await answer<Opened>(child);
  return {
    opened,
    async tell(order, waiting) {
      child.send(order);
      const load = await answer<Answer>(child);
      if (load.waiting === waiting) return load;
      throw new Error(`after ${order.do}, ${waiting} messages were to wait, ${load.waiting} do`);
    },
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
