// The program that start-backlog.ts starts: a process with messages waiting, that does what it is told.
import { lmdb } from "@dest/lmdb";
import { held } from "./held.js";
import { loadOf, memory } from "./process-load.js";
import { httpDest, sendInRuns } from "./runs.js";
import type { Answer, Order } from "./start-backlog.js";

const [path = "", origin = ""] = process.argv.slice(2);
const url = `${origin}/people`;
const perRun = 100;
const mostUnderWay = 500;

const { destination, letThrough } = held();
const startedAt = performance.now();
const dest = httpDest(lmdb({ path }), destination);
await dest.messages.stats();
const openMs = performance.now() - startedAt;
const [openRssMb, openAnonymousMb] = memory();

let delivered = 0;
let wanted = 0;
let reached = () => {};
dest.on("delivered", () => {
  delivered += 1;
  if (delivered >= wanted) reached();
});

function untilDelivered(messages: number): Promise<void> {
  wanted = messages;
  return new Promise((resolve) => {
    reached = resolve;
    if (delivered >= wanted) resolve();
  });
}

const orders: Readonly<Record<Order["do"], (messages: number) => Promise<void>>> = {
  /** Accepts, and delivers nothing. */
  fill: (messages) => sendInRuns(dest, url, { sends: messages, perRun, atOnce: 10 }),
  /** Delivers, and accepts nothing. */
  async drain(messages) {
    const all = untilDelivered(delivered + messages);
    letThrough(messages);
    await all;
  },
  /** Delivers as many as it accepts meanwhile. */
  async pass(messages) {
    const before = delivered;
    let passed = 0;
    await sendInRuns(dest, url, {
      sends: messages,
      perRun,
      atOnce: 1,
      async pause() {
        letThrough(perRun);
        passed += perRun;
        await untilDelivered(before + passed - mostUnderWay);
      },
    });
    await untilDelivered(before + messages);
  },
};

process.send?.({ openMs, rssMb: openRssMb, anonymousMb: openAnonymousMb });

process.on("message", async (order: Order) => {
  const load = await loadOf(() => orders[order.do](order.messages));
  const { pending } = await dest.flush({ timeout: 0 });
  process.send?.({ ...load, waiting: pending } satisfies Answer);
});

process.on("disconnect", async () => {
  await dest.close({ timeout: 0 });
  process.exit();
});
