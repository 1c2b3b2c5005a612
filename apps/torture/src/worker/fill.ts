import { deliverAll } from "./drain.js";
import { openInstance } from "./instance.js";
import type { Setup } from "./protocol.js";
import { runPlan } from "./runs.js";
import { hear, say } from "./say.js";

const perRun = 20;
const afterwards = 10;

/** Accepts so many runs, or until so many were refused; then waits to be told whether there is room again. */
export async function fill(setup: Setup): Promise<void> {
  const { runs, refusals, width } = setup.fill ?? { runs: 10, refusals: 1, width: 200 };
  const dest = openInstance(setup);
  await dest.messages.stats();
  say({ say: "open" });
  let refused = 0;
  const next = (count: number) =>
    runPlan(dest, setup, {
      run: `${setup.life}.${count}`,
      sends: 1 + ((count * 7) % perRun),
      origin: count % setup.origins.length,
      discarded: count % 9 === 4,
      line: count % 5 === 3 ? "line" : undefined,
      delay: count % 6 === 2 ? (at) => at * 10 : undefined,
      width,
    });
  for (let count = 0; count < runs && refused < refusals; count++)
    if ((await next(count)) === "rejected" && count % 9 !== 4) refused += 1;
  say({ say: "reached", point: "filled" });
  if ((await hear("go", "close")) === "close") return void (await dest.close({ timeout: 0 }));
  await deliverAll(dest);
  for (let count = runs; count < runs + afterwards; count++) await next(count);
  await deliverAll(dest);
  say({ say: "reached", point: "drained" });
  await dest.close();
}
