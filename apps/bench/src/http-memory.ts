import type { Benchmark } from "./benchmark.js";
import { cpuOf, endToEnd, loop } from "./end-to-end.js";

const sends = 100_000;
const perRun = 100;

/** What dest costs on top of the requests themselves, where nothing is stored on disk. */
export const httpMemory: Benchmark = {
  name: "http-memory",
  a: `${sends} sends in runs of ${perRun}, memory outbox, until all are delivered`,
  b: loop,
  unit: "/s",
  better: "higher",
  mustReach: 0.85,
  reachFor: 0.95,
  more: [cpuOf("http-memory")],
  setUp: () => endToEnd("memory", { sends, perRun, atOnce: 1 }),
};
