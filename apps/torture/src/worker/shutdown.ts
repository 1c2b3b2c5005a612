import { payload } from "../payload.js";
import { openInstance } from "./instance.js";
import type { Setup } from "./protocol.js";
import { runPlan } from "./runs.js";
import { say } from "./say.js";

const hour = 3_600_000;

/** Closes in the middle of everything. The origins: one that answers, one that never does, one that is busy. */
export async function shutdown(setup: Setup): Promise<void> {
  const dest = openInstance(setup, {
    policy: { timeout: hour, retry: { minDelay: hour, maxDelay: hour, jitter: "none" }, pause: false },
    batch: { batch: { maxSize: 1_000, maxWait: hour } },
    isStuck: true,
  });
  for (let count = 0; count < 6; count++) {
    await runPlan(dest, setup, { run: `http ${count}`, sends: 7, origin: count % 3 });
    await runPlan(dest, { ...setup, sends: "batch" }, { run: `batch ${count}`, sends: 7, origin: count % 3 });
    await runPlan(dest, setup, { run: `later ${count}`, sends: 3, origin: 0, delay: () => hour });
  }
  const url = setup.origins[0] as string;
  const stuckRun = { say: "announce", run: "stuck", sends: 4, discarded: false } as const;
  say(stuckRun);
  await dest.run(($) => {
    for (let at = 0; at < stuckRun.sends; at++) $.send.stuck({ url, payload: payload(stuckRun.run, at) });
  });
  say({ say: "accepted", run: stuckRun.run, sends: stuckRun.sends });
  await new Promise((resolve) => setTimeout(resolve, setup.seed % 100));

  // Of the runs under way, one ends in time, one does not.
  const soon = underWay("soon", 1);
  const late = underWay("late", hour);
  const startedAt = performance.now();
  const counts = await dest.close({ timeout: setup.closeTimeout });
  say({ say: "closed", counts, ms: performance.now() - startedAt });
  await soon;
  late.catch(() => undefined);

  async function underWay(run: string, ms: number): Promise<void> {
    say({ say: "announce", run, sends: 1, discarded: false });
    try {
      await dest.run(async ($) => {
        $.send.http({ url: `${url}/message`, data: { ...payload(run, 0) } });
        await new Promise((resolve) => setTimeout(resolve, ms));
      });
      say({ say: "accepted", run, sends: 1 });
    } catch (error) {
      say({
        say: "rejected",
        run,
        code: (error as { code?: string }).code ?? "none",
        message: String(error),
      });
    }
  }
}
