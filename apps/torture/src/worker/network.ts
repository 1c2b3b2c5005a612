import type { DeliveryRecord } from "@dest/core";
import { openInstance } from "./instance.js";
import type { Setup } from "./protocol.js";
import { runPlan } from "./runs.js";
import { say } from "./say.js";

const timeout = 700;
const healthyRuns = 20;
const sampleEvery = 20;

/** Delivers to the first origin, which is sound, and at the same time to the others, which are not. */
export async function network(setup: Setup): Promise<void> {
  const dest = openInstance(setup, { policy: { timeout, retry: false, pause: false } });
  const [, ...hostile] = setup.origins;
  const each = setup.fill?.runs ?? 4;
  const healthy = async (part: string) => {
    for (let count = 0; count < healthyRuns; count++)
      await runPlan(dest, setup, { run: `${part} ${count}`, sends: 10, origin: 0 });
  };
  // What memory the client needs to do its work at all is not the growth that is asked for.
  await healthy("before");
  await dest.flush();
  const before = process.memoryUsage.rss();
  let most = before;
  const sampling = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, sampleEvery);

  const ends = new Map<string, DeliveryRecord>();
  let longest = 0;
  for (const end of ["delivered", "dead"] as const)
    dest.on(end, (record) => {
      ends.set(record.id, record);
      if (record.group !== setup.origins[0])
        longest = Math.max(longest, record.attempts.at(-1)?.durationMs ?? 0);
    });
  const sent: string[] = [];
  await dest.run(($) => {
    for (let count = 0; count < each; count++)
      for (const url of hostile) sent.push($.send.http({ url, data: { count } }).id);
  });
  await healthy("meanwhile");
  // Neither side ends this but the timeout of the attempts; a second connection finds the sound origin as it was.
  while (sent.some((id) => !ends.has(id))) await new Promise((resolve) => setTimeout(resolve, 50));
  clearInterval(sampling);
  for (const id of sent) {
    const { status, group, error } = ends.get(id) as DeliveryRecord;
    const port = setup.origins.indexOf(group);
    if (status === "dead" && !error?.code.startsWith("DEST_"))
      say({ say: "fault", kind: "a failure without a code", detail: JSON.stringify(error) });
    say({ say: "measured", name: `origin ${port} ${status === "dead" ? error?.code : status}`, value: 1 });
  }
  say({ say: "measured", name: "growth", value: most - before });
  say({ say: "measured", name: "longest", value: longest });
  await dest.close();
  say({ say: "reached", point: "drained" });
}
