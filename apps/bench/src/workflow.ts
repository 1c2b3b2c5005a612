import { createDest } from "@dest/core";
import { recordingDestination } from "@dest/core/testing";
import { type Component, createWorkflow, runWorkflow } from "@dest/workflow";
import type { Benchmark } from "./benchmark.js";
import { payload } from "./payload.js";

const runs = 20_000;

/** What a workflow of one step with one send costs over the bare run that it is. */
export const workflow: Benchmark = {
  name: "workflow",
  a: "runWorkflow of one step with one send",
  b: "dest.run with the same send",
  unit: "µs",
  better: "lower",
  async setUp() {
    const one = createWorkflow({ id: "w", steps: [{ name: "a", component }] });
    return {
      a: () => time((dest) => runWorkflow(dest, one, { event: { n: 1 } })),
      b: () => time((dest) => dest.run(async ($) => void $.send.out(payload(1)))),
      tearDown: async () => {},
    };
  },
};

const component: Component = {
  async run({ $ }) {
    $.send.out(payload(1));
  },
};

async function time(once: (dest: ReturnType<typeof newDest>) => Promise<unknown>): Promise<number> {
  const dest = newDest();
  const startedAt = performance.now();
  for (let run = 0; run < runs; run++) await once(dest);
  const elapsed = performance.now() - startedAt;
  const { delivered } = await dest.close({ timeout: 60_000 });
  if (delivered !== runs) throw new Error(`${delivered} of ${runs} were delivered`);
  return (elapsed * 1_000) / runs;
}

function newDest() {
  return createDest({ destinations: { out: recordingDestination() }, limits: { messages: 10 * runs } });
}
