import { random } from "../random.js";
import { openInstance } from "./instance.js";
import type { Setup } from "./protocol.js";
import { runPlan } from "./runs.js";
import { say } from "./say.js";

const hour = 3_600_000;
const jumpEvery = 15;
const runs = 60;

/** Accepts and delivers while the wall clock of this process jumps an hour either way. */
export async function wall(setup: Setup): Promise<void> {
  const draw = random(setup.seed);
  let offset = 0;
  const { now } = Date;
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...args: []) {
      super(...((args.length === 0 ? [now() + offset] : args) as []));
    }
    static override now = () => now() + offset;
  } as DateConstructor;
  const jumping = setInterval(() => {
    offset = draw.of([-hour, 0, hour]);
  }, jumpEvery);
  const dest = openInstance(setup);
  const attempts = new Map<string, number>();
  dest.on("attempt", ({ id }) => attempts.set(id, (attempts.get(id) ?? 0) + 1));
  for (let count = 0; count < runs; count++) {
    await runPlan(dest, setup, {
      run: `${setup.life}.${count}`,
      sends: 10,
      origin: count % setup.origins.length,
      delay: count % 4 === 0 ? (at) => at * 10 : undefined,
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // With half the wall clocks an hour away, one that counted would not be done before the observer's patience ends.
  while ((await dest.flush({ timeout: 1_000 })).pending > 0);
  clearInterval(jumping);
  say({ say: "measured", name: "attempts", value: Math.max(...attempts.values()) });
  say({ say: "reached", point: "drained" });
  await dest.close();
}
