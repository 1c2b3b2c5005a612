import { type ArgsByName, type Dest, DestError, type OpenRun, type RunOptions } from "@dest/core";
import type { HttpResponse } from "./http-response.js";
import { Logs, listenToConsole, type StepLog } from "./logs.js";
import { Responses } from "./responses.js";
import { type RunningWorkflow, runStep, type StepEnd } from "./run-step.js";
import { type Steps, triggerOf } from "./steps.js";
import type { Workflow } from "./workflow.js";

export interface RunWorkflowOptions extends Pick<RunOptions, "runId" | "parent"> {
  /** `steps.trigger.event`, of which every run gets a copy. Default `{}`. */
  readonly event?: unknown;
  /**
   * Called with a response that is `immediate`, while the workflow goes on; its body may be a stream. `$.respond`
   * resolves when this has. Without it such a response is one like any other.
   */
  readonly onRespond?: ((response: HttpResponse) => void | Promise<void>) | undefined;
  /**
   * Where your server gives the addresses of requests to `followFlowUrl`: what the URLs of `$.flow.delay` begin with.
   * Default: they are URNs that no browser opens.
   */
  readonly flowUrl?: string | URL | undefined;
}

export interface WorkflowResult {
  /** `trigger`, and what each step that ran returned and exported. */
  readonly steps: Steps;
  /** What `$.respond` was given. */
  readonly respond?: HttpResponse;
  /** Set where `$.flow.exit` ended the workflow, or the `cancel_url` of a delay. */
  readonly exit?: { readonly step: string; readonly reason: string | undefined };
  /** `DEST_STEP_FAILED`, where a step threw; `DEST_STEP_TIMEOUT`, where one took too long. */
  readonly error?: DestError;
  /** What steps wrote to the console. */
  readonly logs: readonly StepLog[];
  /** Ids of everything sent, in order. */
  readonly messages: readonly string[];
}

/**
 * Runs the steps in order and commits what they sent. A step that throws ends the workflow; what was sent before is
 * delivered. Rejects only where nothing could be accepted, as with `DEST_OUTBOX_FULL`, whose `value` is the result.
 */
export async function runWorkflow<M extends ArgsByName>(
  dest: Pick<Dest<M>, "begin">,
  workflow: Workflow,
  { event, runId, parent, onRespond, flowUrl }: RunWorkflowOptions = {},
): Promise<WorkflowResult> {
  listenToConsole();
  const run = dest.begin({ workflow: workflow.id, unknownKeys: "warn", runId, parent });
  try {
    const running: RunningWorkflow<M> = {
      workflow,
      run,
      steps: { trigger: triggerOf(event, run, workflow.id) },
      responses: new Responses(onRespond),
      logs: new Logs(),
      flowUrl,
    };
    return await runSteps(running);
  } finally {
    run.discard();
  }
}

async function runSteps<M extends ArgsByName>(running: RunningWorkflow<M>): Promise<WorkflowResult> {
  let end: StepEnd = {};
  for (const step of running.workflow.steps) {
    end = await runStep(step, running);
    if (end.delay && !end.error && !end.exit) await waitFor(end, step.name, running);
    if (end.error || end.exit) break;
  }
  await committing(running, end, (run) => run.commit());
  return resultOf(running, end);
}

/** What was sent is on its way before the wait, however long it is. */
async function waitFor<M extends ArgsByName>(
  end: StepEnd,
  step: string,
  running: RunningWorkflow<M>,
): Promise<void> {
  await committing(running, end, (run) => run.checkpoint());
  const ended = await end.delay?.wait(running.run.clock);
  if (ended === "cancelled") end.exit = { step, reason: "cancelled" };
}

async function committing<M extends ArgsByName>(
  running: RunningWorkflow<M>,
  end: StepEnd,
  commit: (run: OpenRun<M>) => Promise<void>,
): Promise<void> {
  try {
    await commit(running.run);
  } catch (error) {
    if (DestError.is(error)) error.value = resultOf(running, end);
    throw error;
  }
}

function resultOf<M extends ArgsByName>(
  { steps, responses, logs, run }: RunningWorkflow<M>,
  { error, exit }: StepEnd,
): WorkflowResult {
  return {
    steps,
    ...(responses.last && { respond: responses.last }),
    ...(exit && { exit }),
    ...(error && { error }),
    logs: logs.entries(),
    messages: run.ids(),
  };
}
