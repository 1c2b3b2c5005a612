import type { Queue } from "bullmq";
import { payload } from "./payload.js";
import type { Runs } from "./runs.js";

/** What a run of sends is, for a queue. */
export async function addJobs(queue: Queue, url: string, { sends, perRun, atOnce }: Runs): Promise<void> {
  let next = 0;
  const loop = async () => {
    while (next < sends) {
      const first = next;
      next += perRun;
      const bulk = Array.from({ length: perRun }, (_, i) => ({
        name: "send",
        data: { method: "POST", url, data: payload(first + i) },
      }));
      await queue.addBulk(bulk);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
}
