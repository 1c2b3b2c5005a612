import { type Random, random } from "../random.js";
import { type Instance, openInstance } from "./instance.js";
import type { Setup } from "./protocol.js";
import { type Plan, runPlan } from "./runs.js";
import { say } from "./say.js";

const strands = 6;
/** How many messages may wait before no more are accepted. */
const most = 400;

/** Accepts and delivers until it is killed. */
export async function load(setup: Setup): Promise<void> {
  const dest = openInstance(setup);
  const backlog = await watchBacklog(dest);
  say({ say: "open" });
  await Promise.all(Array.from({ length: strands }, (_, strand) => spin(dest, setup, strand, backlog)));
}

async function spin(dest: Instance, setup: Setup, strand: number, backlog: () => number): Promise<never> {
  const draw = random(setup.seed * 31 + setup.life * strands + strand);
  const repeatable = [...(setup.repeat ?? [])];
  for (let count = 0; ; count++) {
    while (backlog() > most) await pause(3);
    await runPlan(dest, setup, next(draw, setup, strand, count, repeatable));
    if (draw.chance(0.5)) await pause(draw.between(0, 8));
  }
}

function next(
  draw: Random,
  { life, origins }: Setup,
  strand: number,
  count: number,
  repeatable: { run: string; sends: number }[],
): Plan {
  const sends = draw.between(1, 20);
  const run = `${life}.${strand}.${count}`;
  const origin = draw.between(0, origins.length - 1);
  if (draw.chance(0.12)) return { run, sends, discarded: true, origin };
  // One strand, one origin: what is committed in an order arrives in it.
  if (draw.chance(0.15)) return { run, sends, line: `line ${strand}`, origin: strand % origins.length };
  if (draw.chance(0.15)) {
    const again = draw.chance(0.6) && draw.of(repeatable);
    // The same sends, and sometimes more of them. Where they go follows from the run, as it does in a handler.
    const [id, length] = again ? [again.run, again.sends + draw.of([0, 0, 3])] : [`own ${run}`, sends];
    if (again) again.sends = length;
    else repeatable.push({ run: id, sends: length });
    return { run: id, sends: length, remembered: true, origin: id.length % origins.length };
  }
  if (draw.chance(0.1)) return { run, sends, origin, delay: (at) => (at % 3 === 0 ? 20 * (at + 1) : 0) };
  return { run, sends, origin };
}

/** Messages that wait: those found at the start, and what came and went since. */
async function watchBacklog(dest: Instance): Promise<() => number> {
  let waiting = 0;
  dest.on("accepted", () => {
    waiting += 1;
  });
  for (const end of ["delivered", "dead"] as const)
    dest.on(end, () => {
      waiting -= 1;
    });
  for (const { pending, delivering, retrying } of Object.values(await dest.messages.stats()))
    waiting += pending + delivering + retrying;
  return () => waiting;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
