import type { Benchmark } from "./benchmark.js";
import { cpuOf, endToEnd, loop } from "./end-to-end.js";

const sends = 30_000;
const atOnce = 50;

/** The least to share: each send waits for the disk by itself. */
export const httpDurableSingle: Benchmark = {
  name: "http-durable-single",
  a: `${sends} sends, one in a run, ${atOnce} runs at a time, durable outbox, until all are delivered`,
  b: loop,
  unit: "/s",
  better: "higher",
  mustReach: 0.45,
  reachFor: 0.65,
  more: [cpuOf("http-durable-single")],
  setUp: () => endToEnd("lmdb", { sends, perRun: 1, atOnce }),
};
