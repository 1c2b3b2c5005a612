import { scratch } from "./scratch.js";
import { type Backlog, startBacklog } from "./start-backlog.js";
import { type Receiver, startReceiver } from "./start-receiver.js";

export const large = 1_000_000;
export const small = 1_000;

export interface TwoBacklogs {
  readonly receiver: Receiver;
  readonly large: Backlog;
  readonly small: Backlog;
  stop(): Promise<void>;
}

/** Two processes with an outbox each, still empty. */
export async function twoBacklogs(): Promise<TwoBacklogs> {
  const receiver = await startReceiver();
  const directories = [scratch(), scratch()] as const;
  const [large, small] = await Promise.all([
    startBacklog(directories[0].path, receiver.origin),
    startBacklog(directories[1].path, receiver.origin),
  ]);
  return {
    receiver,
    large,
    small,
    async stop() {
      await Promise.all([large.stop(), small.stop()]);
      await receiver.stop();
      for (const { remove } of directories) remove();
    },
  };
}
