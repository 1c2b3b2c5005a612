import { type ArgsByName, DestError, type OpenRun } from "@dest/core";
import { Delay } from "./delay.js";
import { dollarOf } from "./dollar.js";
import { stepFailed } from "./failure.js";
import type { Logs } from "./logs.js";
import { thisOf } from "./props.js";
import type { Responses } from "./responses.js";
import { inStep } from "./step-scope.js";
import { exported, type Steps } from "./steps.js";
import { TimeLimit } from "./time-limit.js";
import { exportsOfThis } from "./v1.js";
import type { Workflow, WorkflowStep } from "./workflow.js";

/** What the steps of one run share. */
export interface RunningWorkflow<M extends ArgsByName> {
  readonly workflow: Workflow;
  readonly run: OpenRun<M>;
  readonly steps: Steps;
  readonly responses: Responses;
  readonly logs: Logs;
  readonly flowUrl: string | URL | undefined;
}

/** How a step ended, if it did not simply return. */
export interface StepEnd {
  /** `DEST_STEP_FAILED` or `DEST_STEP_TIMEOUT`. */
  error?: DestError;
  /** `$.flow.exit` was called. */
  exit?: { readonly step: string; readonly reason: string | undefined };
  /** The wait that it asked for. */
  delay?: Delay;
}

/** Runs one step; what it exports and returns becomes `steps.<name>`. */
export async function runStep<M extends ArgsByName>(
  step: WorkflowStep,
  { workflow, run, steps, responses, logs, flowUrl }: RunningWorkflow<M>,
): Promise<StepEnd> {
  const { name, component } = step;
  const end: StepEnd = {};
  const exports: Record<string, unknown> = {};
  (steps as Record<string, unknown>)[name] = exports;
  const limit = new TimeLimit(run.clock, workflow.stepTimeout);
  let isRunning = true;
  const checkRunning = (called: string) => {
    if (!isRunning) throw calledTooLate(called, name);
  };
  const $ = dollarOf(name, run, {
    exports,
    context: steps.trigger.context,
    respond(response) {
      checkRunning("$.respond");
      return responses.give(response);
    },
    exited(reason) {
      end.exit ??= { step: name, reason };
    },
    delay(ms) {
      checkRunning("$.flow.delay");
      end.delay ??= new Delay(flowUrl);
      return end.delay.ask(ms);
    },
    refreshTimeout: () => limit.refresh(),
  });
  const self = thisOf(step);
  const given = Object.keys(self);
  try {
    const work = inStep({ step: name, $, steps, logs }, () => component.run.call(self, { steps, $ }));
    const returned = exported(await limit.within(work, `step ${name}`));
    await responses.settled();
    if (workflow.compat === "v1") Object.assign(exports, exportsOfThis(self, given));
    if (returned !== undefined) exports.$return_value = returned;
  } catch (thrown) {
    // After an exit nothing counts any more, whatever the code makes of its ending.
    if (!end.exit) end.error = stepFailed(step, thrown);
  }
  isRunning = false;
  if (end.exit || end.error) end.delay?.end("cancelled");
  return end;
}

function calledTooLate(called: string, step: string): DestError {
  const message = `${called} was called after step ${step} had ended: await the work that calls it`;
  return new DestError("DEST_RUN_ENDED", message, { retryable: false });
}
