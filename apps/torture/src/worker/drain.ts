import { type Instance, openInstance } from "./instance.js";
import type { Setup } from "./protocol.js";
import { runPlan } from "./runs.js";
import { say } from "./say.js";

/** Delivers what is left, dead letters too, then repeats runs of which nothing is left to deliver. */
export async function drain(setup: Setup): Promise<void> {
  const dest = openInstance(setup);
  await deliverAll(dest);
  say({ say: "open" });
  await replayDead(dest);
  await deliverAll(dest);
  say({ say: "reached", point: "drained" });
  for (const { run, sends } of setup.repeat ?? [])
    await runPlan(dest, setup, { run, sends, remembered: true, origin: run.length % setup.origins.length });
  const startedAt = performance.now();
  const counts = await dest.close();
  say({ say: "closed", counts, ms: performance.now() - startedAt });
}

/** Ends when nothing waits; that it ends in time, the observer watches. */
export async function deliverAll(dest: Instance): Promise<void> {
  while ((await dest.flush({ timeout: 2_000 })).pending > 0);
}

async function replayDead(dest: Instance): Promise<void> {
  const ids: string[] = [];
  const codes = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await dest.messages.list({ status: "dead", limit: 1_000, cursor });
    for (const { id, batchId, error } of page.items) {
      ids.push(id);
      if (batchId !== undefined) ids.push(batchId);
      codes.add(error?.code ?? "none");
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  if (ids.length === 0) return;
  say({ say: "dead", ids, codes: [...codes] });
  await dest.messages.replay({ status: "dead" });
}
