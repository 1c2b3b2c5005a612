import { Queue, Worker } from "bullmq";
import { addJobs } from "./add-jobs.js";
import { barePool, bareRequest, concurrency } from "./bare-loop.js";
import type { Benchmark } from "./benchmark.js";
import { payloadBytes } from "./payload.js";
import { lackingRedis, startRedis } from "./redis.js";
import { scratch } from "./scratch.js";
import { startReceiver } from "./start-receiver.js";
import { startSender } from "./start-sender.js";

const sends = 20_000;
/** After so many all of it is compiled. */
const warmUpSends = 100_000;
const warmUpJobs = 5_000;
const perRun = 100;
/** As many as dest keeps by default. */
const removeOnComplete = { count: 10_000 };

/** What one would use instead. */
export const deliverVsQueue: Benchmark = {
  name: "deliver-vs-queue",
  a: `${sends} sends in runs of ${perRun}, one after the other, durable outbox, until all are delivered`,
  b: `a BullMQ worker, concurrency ${concurrency}, that makes the same requests of jobs that were added before`,
  unit: "/s",
  better: "higher",
  mustReach: 3,
  reachFor: 5,
  lacking: lackingRedis,
  async setUp() {
    const receiver = await startReceiver();
    const url = `${receiver.origin}/people`;
    const { connection, stop } = await startRedis();
    const directory = scratch();
    const { path } = directory;
    const dest = await startSender(receiver, { through: "lmdb", path, perRun, atOnce: 1 });
    const queue = new Queue("sends", { connection });
    const pool = barePool(receiver.origin);

    async function work(jobs: number): Promise<number> {
      await addJobs(queue, url, { sends: jobs, perRun, atOnce: 50 });
      const startedAt = performance.now();
      const worker = new Worker("sends", ({ data }) => bareRequest(pool, data.data), {
        connection,
        concurrency,
        removeOnComplete,
      });
      await completions(worker, jobs);
      const seconds = (performance.now() - startedAt) / 1_000;
      await receiver.expect({ requests: jobs, bytes: payloadBytes(jobs) });
      await worker.close();
      return jobs / seconds;
    }

    return {
      a: async () => (await dest.send(sends)).perSecond,
      b: () => work(sends),
      async warmUp() {
        await dest.send(warmUpSends);
        await work(warmUpJobs);
      },
      async tearDown() {
        await queue.close();
        await stop();
        await Promise.all([dest.stop(), pool.close()]);
        await receiver.stop();
        directory.remove();
      },
    };
  },
};

function completions(worker: Worker, jobs: number): Promise<void> {
  let left = jobs;
  return new Promise((resolve, reject) => {
    worker.on("failed", (_, error) => reject(error));
    worker.on("completed", () => {
      left -= 1;
      if (left === 0) resolve();
    });
  });
}
