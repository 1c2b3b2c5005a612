import type { NamedFigure, Sides } from "./benchmark.js";
import { scratch } from "./scratch.js";
import { startReceiver } from "./start-receiver.js";
import { type Sending, type Sent, startSender } from "./start-sender.js";

/** By the loop: it keeps nothing, so that its rate is the same for any number. */
const bareSends = 25_000;

/** What B is. */
export const loop = "such requests by a loop over undici's Pool.request that reads the body";

/** The second figure of `endToEnd`: of the sending process per message. Other work on the machine moves it less. */
export function cpuOf(name: string): NamedFigure {
  return { name: `${name}-cpu`, unit: "µs", better: "lower" };
}

/** Accepted, delivered and settled through that outbox, against the same requests by a loop that keeps nothing. */
export async function endToEnd(
  through: "memory" | "lmdb",
  { sends, ...runs }: Pick<Sending, "perRun" | "atOnce"> & { readonly sends: number },
): Promise<Sides> {
  const receiver = await startReceiver();
  const { path, remove } = scratch();
  const dest = await startSender(receiver, { ...runs, through, path });
  const pool = await startSender(receiver, { ...runs, through: "pool", path });
  return {
    a: async () => figures(await dest.send(sends)),
    b: async () => figures(await pool.send(bareSends)),
    async tearDown() {
      await Promise.all([dest.stop(), pool.stop()]);
      await receiver.stop();
      remove();
    },
  };
}

function figures({ perSecond, cpuMicroseconds }: Sent): number[] {
  return [perSecond, cpuMicroseconds];
}
