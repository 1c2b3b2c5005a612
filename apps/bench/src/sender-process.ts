// The program that start-sender.ts starts: sends as many as it is told, and answers how fast that was.
import { setImmediate } from "node:timers/promises";
import { memoryOutbox } from "@dest/core";
import { lmdb } from "@dest/lmdb";
import { bareLoop, barePool } from "./bare-loop.js";
import { httpDest, sendInRuns } from "./runs.js";
import type { Sending, Sent } from "./start-sender.js";

const { origin, through, path, perRun, atOnce }: Sending = JSON.parse(process.argv[2] ?? "{}");
const patience = 120_000;

const { send, close } = through === "pool" ? bare() : dest();

function bare() {
  const pool = barePool(origin);
  return { send: (sends: number) => bareLoop(pool, sends), close: () => pool.close() };
}

function dest() {
  const dest = httpDest(through === "lmdb" ? lmdb({ path }) : memoryOutbox());
  // Without a disk to wait for, a run in each turn of the event loop, as in a server: what was accepted before is
  // delivered meanwhile.
  const pause = through === "memory" ? () => setImmediate() : undefined;
  let delivered = 0;
  return {
    async send(sends: number) {
      await sendInRuns(dest, `${origin}/people`, { sends, perRun, atOnce, pause });
      const counts = await dest.flush({ timeout: patience });
      delivered += sends;
      if (counts.delivered !== delivered || counts.dead > 0 || counts.pending > 0)
        throw new Error(`${delivered} sends were to be delivered; counts are ${JSON.stringify(counts)}`);
    },
    close: async () => void (await dest.close()),
  };
}

process.on("message", async (sends: number) => {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  await send(sends);
  const perSecond = (sends * 1_000) / (performance.now() - startedAt);
  const { user, system } = process.cpuUsage(cpuBefore);
  process.send?.({ perSecond, cpuMicroseconds: (user + system) / sends } satisfies Sent);
});

process.on("disconnect", async () => {
  await close();
  process.exit();
});

process.send?.("ready");
