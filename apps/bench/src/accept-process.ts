// The program that accept-durable.ts starts: accepts as many as it is told, and answers how many a second.
import { http } from "@dest/http";
import { lmdb } from "@dest/lmdb";
import { Queue } from "bullmq";
import { addJobs } from "./add-jobs.js";
import { startRedis } from "./redis.js";
import { httpDest, type Runs, sendInRuns } from "./runs.js";
import { scratch } from "./scratch.js";

export interface Accepting extends Runs {
  readonly by: "dest" | "queue";
  /** Where nothing is answered. */
  readonly url: string;
}

const { by, url, ...runs }: Accepting = JSON.parse(process.argv[2] ?? "{}");
const { sends } = runs;

const { accept, close } = by === "dest" ? dest() : await queue();

/** Each time a store of its own. */
function dest() {
  return {
    async accept() {
      const { path, remove } = scratch();
      const dest = httpDest(lmdb({ path }), http({ concurrency: 1, timeout: 600_000 }));
      await dest.messages.stats();
      const perSecond = await timed(() => sendInRuns(dest, url, runs));
      const { pending } = await dest.close({ timeout: 0 });
      remove();
      check(pending);
      return perSecond;
    },
    close: async () => undefined,
  };
}

async function queue() {
  const redis = await startRedis();
  const queue = new Queue("sends", { connection: redis.connection });
  await queue.waitUntilReady();
  return {
    async accept() {
      const perSecond = await timed(() => addJobs(queue, url, runs));
      check(await queue.getWaitingCount());
      await redis.empty();
      return perSecond;
    },
    async close() {
      await queue.close();
      await redis.stop();
    },
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (sends * 1_000) / (performance.now() - startedAt);
}

function check(waiting: number): void {
  if (waiting !== sends) throw new Error(`${waiting} of ${sends} were accepted`);
}

// Whatever the message.
process.on("message", async () => {
  process.send?.(await accept());
});

process.on("disconnect", async () => {
  await close();
  process.exit();
});

process.send?.("ready");
