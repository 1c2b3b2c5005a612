import "./define-component.js";

export type { Component, StepInput } from "./component.js";
export { type DelayUrls, followFlowUrl } from "./delay.js";
export type { StepContext, StepDollar, StepSend } from "./dollar.js";
export type { Flow } from "./flow.js";
export { type HttpResponse, toResponse } from "./http-response.js";
export { type LoadOptions, loadWorkflow } from "./load.js";
export type { LogLevel, StepLog } from "./logs.js";
export { type RunWorkflowOptions, runWorkflow, type WorkflowResult } from "./run.js";
export type { Steps, Trigger, TriggerContext } from "./steps.js";
export type { V1Code } from "./v1.js";
export {
  type Compat,
  createWorkflow,
  type StepOptions,
  type Workflow,
  type WorkflowOptions,
  type WorkflowStep,
} from "./workflow.js";
