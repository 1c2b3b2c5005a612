import type { Benchmark } from "./benchmark.js";
import type { Answer, Opened } from "./start-backlog.js";
import { large, small, twoBacklogs } from "./two-backlogs.js";

const warmUp = 1;
const passed = 25_000;

/** What waits is on the disk: neither memory nor the event loop of the process knows of it. */
export const backlog: Benchmark = {
  name: "backlog",
  a: `a process that accepted ${large} while its service did not answer, and now delivers them, a part in each round`,
  b: `a process with ${small} waiting, that accepts and delivers ${passed} in each round`,
  unit: "MB",
  better: "lower",
  judged: "difference",
  mustReach: 120,
  reachFor: 60,
  more: [
    { name: "backlog-delay", unit: "ms", better: "lower", judged: "a", mustReach: 25, reachFor: 10 },
    { name: "backlog-anonymous", unit: "MB", better: "lower", judged: "difference" },
  ],
  async setUp(rounds) {
    const both = await twoBacklogs();
    const part = Math.floor(large / (rounds + warmUp) / 100) * 100;
    const filled = await both.large.tell({ do: "fill", messages: large }, large);
    await both.small.tell({ do: "fill", messages: small }, small);
    let left = large;
    // The most memory since the process began, and the worse delay of both phases.
    let most = filled;
    return {
      async a() {
        left -= part;
        const drained = await both.large.tell({ do: "drain", messages: part }, left);
        most = {
          ...most,
          rssMb: Math.max(most.rssMb, drained.rssMb),
          anonymousMb: Math.max(most.anonymousMb, drained.anonymousMb),
        };
        return figures(
          { ...most, delayP99Ms: Math.max(filled.delayP99Ms, drained.delayP99Ms) },
          both.large.opened,
        );
      },
      async b() {
        return figures(await both.small.tell({ do: "pass", messages: passed }, small), both.small.opened);
      },
      tearDown: () => both.stop(),
    };
  },
};

function figures({ rssMb, anonymousMb, delayP99Ms }: Answer, opened: Opened): number[] {
  return [rssMb - opened.rssMb, delayP99Ms, anonymousMb - opened.anonymousMb];
}
