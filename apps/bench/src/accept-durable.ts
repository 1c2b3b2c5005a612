import type { Accepting } from "./accept-process.js";
import type { Benchmark } from "./benchmark.js";
import { startChild } from "./child.js";
import { lackingRedis } from "./redis.js";
import { startReceiver } from "./start-receiver.js";

const sends = 100_000;
/** Of the slower side. */
const jobs = 30_000;
const perRun = 100;
const atOnce = 50;

/** How fast a burst is safe. Nothing of it is delivered meanwhile. */
export const acceptDurable: Benchmark = {
  name: "accept-durable",
  a: `${sends} sends in runs of ${perRun}, ${atOnce} runs at a time, until all are on the disk`,
  b: `BullMQ's addBulk of ${perRun}, ${atOnce} at a time, ${jobs} in all, Redis with AOF everysec`,
  unit: "/s",
  better: "higher",
  mustReach: 6,
  reachFor: 12,
  lackingForB: lackingRedis,
  async setUp() {
    const silent = await startReceiver();
    const url = `${silent.origin}/silent`;
    const start = (by: Accepting["by"], sends: number) =>
      startChild("accept-process", JSON.stringify({ by, url, sends, perRun, atOnce } satisfies Accepting));
    const dest = await start("dest", sends);
    const queue = lackingRedis() === undefined ? await start("queue", jobs) : undefined;
    return {
      a: () => dest.ask<number>("accept"),
      b: async () => (await queue?.ask<number>("accept")) ?? 0,
      async tearDown() {
        await Promise.all([dest.stop(), queue?.stop()]);
        await silent.stop();
      },
    };
  },
};
