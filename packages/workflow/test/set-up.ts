import { createDest, type DestError } from "@dest/core";
import { manualClock, recordingDestination } from "@dest/core/testing";
import { onTestFinished } from "vitest";
import { type Component, createWorkflow, type WorkflowOptions } from "../src/index.js";

/** An instance with one destination, `out`; with a clock of its own where the test drives time. */
export function setUp({ virtualTime = false } = {}) {
  const out = recordingDestination({ accepts: ["n", "text"] });
  const clock = manualClock();
  const dest = createDest({ destinations: { out }, ...(virtualTime && { clock }) });
  const warnings: DestError[] = [];
  dest.on("warning", (warning) => warnings.push(warning));
  onTestFinished(async () => {
    await dest.close({ timeout: 0 });
  });
  return { dest, out, clock, warnings };
}

/** A workflow of these runs, as steps named a, b, c … */
export function workflowOf(...runs: Component["run"][]) {
  return workflowWith({}, ...runs);
}

export function workflowWith(options: Partial<WorkflowOptions>, ...runs: Component["run"][]) {
  return createWorkflow({
    id: "w",
    steps: runs.map((run, index) => ({ name: String.fromCharCode(97 + index), component: { run } })),
    ...options,
  });
}
