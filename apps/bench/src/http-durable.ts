import type { Benchmark } from "./benchmark.js";
import { cpuOf, endToEnd, loop } from "./end-to-end.js";

const sends = 100_000;
const perRun = 100;

/** The same as http-memory with everything on the disk, against what keeps nothing. */
export const httpDurable: Benchmark = {
  name: "http-durable",
  a: `${sends} sends in runs of ${perRun}, one after the other, durable outbox, until all are delivered`,
  b: loop,
  unit: "/s",
  better: "higher",
  mustReach: 0.75,
  reachFor: 0.9,
  // It moves with what else the machine does, more than the others: it has a disk to share.
  rounds: 7,
  more: [cpuOf("http-durable")],
  setUp: () => endToEnd("lmdb", { sends, perRun, atOnce: 1 }),
};
