import type { Outbox } from "@dest/core";
import { bareLoop, barePool } from "./bare-loop.js";
import type { NamedFigure, Sides } from "./benchmark.js";
import { payloadBytes } from "./payload.js";
import { httpDest, type Runs, sendInRuns } from "./runs.js";
import { startReceiver } from "./start-receiver.js";

const patience = 120_000;

/** The second figure of `endToEnd`: of the sending process per message. Other work on the machine moves it less. */
export function cpuOf(name: string): NamedFigure {
  return { name: `${name}-cpu`, unit: "µs", better: "lower" };
}

/** Accepted, delivered and settled through that outbox, against the same requests by a loop that keeps nothing. */
export async function endToEnd(outbox: Outbox, runs: Runs): Promise<Sides> {
  const { sends } = runs;
  const receiver = await startReceiver();
  const dest = httpDest(outbox);
  const pool = barePool(receiver.origin);
  let delivered = 0;

  async function throughDest(): Promise<void> {
    await sendInRuns(dest, `${receiver.origin}/people`, runs);
    const counts = await dest.flush({ timeout: patience });
    delivered += sends;
    if (counts.delivered !== delivered || counts.dead > 0 || counts.pending > 0)
      throw new Error(`${delivered} sends were to be delivered; counts are ${JSON.stringify(counts)}`);
  }

  async function measured(send: () => Promise<void>): Promise<number[]> {
    const startedAt = performance.now();
    const cpuBefore = process.cpuUsage();
    await send();
    const seconds = (performance.now() - startedAt) / 1_000;
    const { user, system } = process.cpuUsage(cpuBefore);
    await receiver.expect({ requests: sends, bytes: payloadBytes(sends) });
    return [sends / seconds, (user + system) / sends];
  }

  return {
    a: () => measured(throughDest),
    b: () => measured(() => bareLoop(pool, sends)),
    async tearDown() {
      await Promise.all([dest.close(), pool.close()]);
      await receiver.stop();
    },
  };
}
