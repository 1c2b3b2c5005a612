import { http } from "@dest/http";
import { lmdb } from "@dest/lmdb";
import { Queue } from "bullmq";
import { addJobs } from "./add-jobs.js";
import type { Benchmark } from "./benchmark.js";
import { type LocalRedis, lackingRedis, startRedis } from "./redis.js";
import { httpDest, sendInRuns } from "./runs.js";
import { scratch } from "./scratch.js";
import { startReceiver } from "./start-receiver.js";

const sends = 100_000;
const perRun = 100;
const atOnce = 50;

/** How fast a burst is safe. Nothing of it is delivered meanwhile. */
export const acceptDurable: Benchmark = {
  name: "accept-durable",
  a: `${sends} sends in runs of ${perRun}, ${atOnce} runs at a time, until all are on the disk`,
  b: `BullMQ's addBulk of ${perRun}, ${atOnce} at a time, Redis with AOF everysec`,
  unit: "/s",
  better: "higher",
  mustReach: 6,
  reachFor: 12,
  lackingForB: lackingRedis,
  async setUp() {
    const silent = await startReceiver();
    const url = `${silent.origin}/silent`;
    let redis: LocalRedis | undefined;
    let queue: Queue | undefined;
    return {
      async a() {
        const { path, remove } = scratch();
        const dest = httpDest(lmdb({ path }), http({ concurrency: 1, timeout: 600_000 }));
        await dest.messages.stats();
        const startedAt = performance.now();
        await sendInRuns(dest, url, { sends, perRun, atOnce });
        const elapsed = performance.now() - startedAt;
        const { pending } = await dest.close({ timeout: 0 });
        remove();
        if (pending !== sends) throw new Error(`${pending} of ${sends} sends were accepted`);
        return (sends * 1_000) / elapsed;
      },
      async b() {
        redis ??= await startRedis();
        queue ??= new Queue("sends", { connection: redis.connection });
        await queue.waitUntilReady();
        const startedAt = performance.now();
        await addJobs(queue, url, { sends, perRun, atOnce });
        const elapsed = performance.now() - startedAt;
        const waiting = await queue.getWaitingCount();
        if (waiting !== sends) throw new Error(`${waiting} of ${sends} jobs were accepted`);
        await redis.empty();
        return (sends * 1_000) / elapsed;
      },
      async tearDown() {
        await queue?.close();
        await redis?.stop();
        await silent.stop();
      },
    };
  },
};
