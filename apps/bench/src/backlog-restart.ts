import type { Benchmark } from "./benchmark.js";
import { scratch } from "./scratch.js";
import { startBacklog } from "./start-backlog.js";
import { startReceiver } from "./start-receiver.js";
import { large, small } from "./two-backlogs.js";

/** What the next process has to do before it can go on. */
export const backlogRestart: Benchmark = {
  name: "backlog-restart",
  a: `a new process on a store in which ${large} wait, from createDest to the first delivery`,
  b: `the same where ${small} wait`,
  unit: "ms",
  better: "lower",
  more: [
    { name: "backlog-restart-open", unit: "ms", better: "lower" },
    { name: "backlog-restart-memory", unit: "MB", better: "lower", judged: "difference" },
  ],
  async setUp() {
    const receiver = await startReceiver();

    async function filled(messages: number) {
      const { path, remove } = scratch();
      const first = await startBacklog(path, receiver.origin);
      await first.tell({ do: "fill", messages }, messages);
      await first.stop();
      let left = messages;
      return {
        remove,
        async restart() {
          const next = await startBacklog(path, receiver.origin);
          left -= 1;
          const { elapsedMs } = await next.tell({ do: "drain", messages: 1 }, left);
          await next.stop();
          const { openMs, rssMb } = next.opened;
          return [openMs + elapsedMs, openMs, rssMb];
        },
      };
    }

    const [a, b] = [await filled(large), await filled(small)];
    return {
      a: a.restart,
      b: b.restart,
      async tearDown() {
        await receiver.stop();
        a.remove();
        b.remove();
      },
    };
  },
};
