import { type ArgsByName, type Dest, DestError, type OpenRun } from "@dest/core";
import { dollarOf, type HttpResponse } from "./dollar.js";
import { stepFailed } from "./failure.js";
import { thisOf } from "./props.js";
import { exported, type Steps, triggerOf } from "./steps.js";
import type { Workflow, WorkflowStep } from "./workflow.js";

export interface RunWorkflowOptions {
  /** `steps.trigger.event`, of which every run gets a copy. Default `{}`. */
  readonly event?: unknown;
}

export interface WorkflowResult {
  /** `trigger`, and what each step that ran returned and exported. */
  readonly steps: Steps;
  /** What `$.respond` was given. */
  readonly respond?: HttpResponse;
  /** Set where `$.flow.exit` ended the workflow. */
  readonly exit?: { readonly step: string; readonly reason: string | undefined };
  /** `DEST_STEP_FAILED`, where a step threw. */
  readonly error?: DestError;
  /** Ids of everything sent, in order. */
  readonly messages: readonly string[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Runs the steps in order and commits what they sent. A step that throws ends the workflow; what was sent before is
 * delivered. Rejects only where nothing could be accepted, as with `DEST_OUTBOX_FULL`, whose `value` is the result.
 */
export async function runWorkflow<M extends ArgsByName>(
  dest: Pick<Dest<M>, "begin">,
  workflow: Workflow,
  { event }: RunWorkflowOptions = {},
): Promise<WorkflowResult> {
  const run = dest.begin({ workflow: workflow.id, unknownKeys: "warn" });
  try {
    const steps: Steps = { trigger: triggerOf(event, run.id, workflow.id) };
    const result: Writable<WorkflowResult> = { steps, messages: [] };
    for (const step of workflow.steps) {
      await runStep(step, run, result);
      if (result.error || result.exit) break;
    }
    result.messages = run.ids();
    await commit(run, result);
    return result;
  } finally {
    run.discard();
  }
}

async function runStep<M extends ArgsByName>(
  step: WorkflowStep,
  run: OpenRun<M>,
  result: Writable<WorkflowResult>,
): Promise<void> {
  const { name, component } = step;
  const exports: Record<string, unknown> = {};
  const steps = result.steps as Writable<Steps>;
  steps[name] = exports;
  const $ = dollarOf(name, run, {
    exports,
    responded: (response) => {
      result.respond = response;
    },
    exited: (reason) => {
      result.exit ??= { step: name, reason };
    },
  });
  try {
    const returned = exported(await component.run.call(thisOf(step), { steps, $ }));
    if (returned !== undefined) exports.$return_value = returned;
  } catch (thrown) {
    // After an exit nothing counts any more, whatever the code makes of its ending.
    if (!result.exit) result.error = stepFailed(step, thrown);
  }
}

async function commit<M extends ArgsByName>(run: OpenRun<M>, result: WorkflowResult): Promise<void> {
  try {
    await run.commit();
  } catch (error) {
    if (DestError.is(error)) error.value = result;
    throw error;
  }
}
