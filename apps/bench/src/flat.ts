import type { Benchmark } from "./benchmark.js";
import type { Backlog } from "./start-backlog.js";
import { large, small, twoBacklogs } from "./two-backlogs.js";

const messages = 25_000;

/** Whether a message costs more when many wait. */
export const flat: Benchmark = {
  name: "flat",
  a: `CPU of the sending process per message, ${messages} accepted and as many delivered, while ${large} wait`,
  b: `the same while ${small} wait`,
  unit: "µs",
  better: "lower",
  mustReach: 1.3,
  reachFor: 1.1,
  async setUp() {
    const both = await twoBacklogs();
    await both.large.tell({ do: "fill", messages: large }, large);
    await both.small.tell({ do: "fill", messages: small }, small);
    const each = async (backlog: Backlog, waiting: number) => {
      const { cpuMs } = await backlog.tell({ do: "pass", messages }, waiting);
      return (cpuMs * 1_000) / messages;
    };
    return {
      a: () => each(both.large, large),
      b: () => each(both.small, small),
      tearDown: () => both.stop(),
    };
  },
};
