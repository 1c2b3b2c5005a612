import { test } from "vitest";
import { memoryOutbox } from "../src/index.js";
import { perform } from "./model/actions.js";
import { World } from "./model/world.js";
test("x", async () => {
  const [given, steps] = JSON.parse(process.env.CE as string);
  const world = new World(given, { create: memoryOutbox, crash: (o) => o.close().then(() => o) });
  await world.start();
  const t0 = world.clock.now();
  const obs = world.observer as any;
  for (const name of ["started","ended","paused","settled"]) { const f = obs[name].bind(obs); obs[name] = (...a: any[]) => { console.log(world.clock.now()-t0, name, JSON.stringify(a.map((x) => x?.batch ? [x.batch.group, x.batch.id] : x?.messages ? [x.group, x.id, x.attempt] : x?.status ? [x.id, x.status, x.attempts?.length] : x))); return f(...a); }; }
  for (const step of steps) { console.log(JSON.stringify(step).slice(0,100)); await perform(world, step); await world.clock.advance(0); await world.check(); }
  await world.end();
});
