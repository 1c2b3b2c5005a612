import { AsyncLocalStorage } from "node:async_hooks";
import type { StepDollar } from "./dollar.js";
import type { Logs } from "./logs.js";
import type { Steps } from "./steps.js";

/** The step that runs, as code sees it that was not handed `$`: the console, and globals of the first version. */
export interface StepScope {
  readonly step: string;
  readonly $: StepDollar;
  readonly steps: Steps;
  readonly logs: Logs;
}

const scopes = new AsyncLocalStorage<StepScope>();
let running = 0;

/** Runs a step's code so that `currentStep` finds it, also after its awaits and in its callbacks. */
export async function inStep<T>(scope: StepScope, work: () => T): Promise<Awaited<T>> {
  running += 1;
  try {
    return await scopes.run(scope, work);
  } finally {
    running -= 1;
    // While it is enabled every promise of the program costs more, on Node 20 three times as much.
    if (running === 0) scopes.disable();
  }
}

export function currentStep(): StepScope | undefined {
  return scopes.getStore();
}
