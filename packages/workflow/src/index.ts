import "./define-component.js";

export type { Component, StepInput } from "./component.js";
export type { Flow, HttpResponse, StepDollar, StepSend } from "./dollar.js";
export { type LoadOptions, loadWorkflow } from "./load.js";
export { type RunWorkflowOptions, runWorkflow, type WorkflowResult } from "./run.js";
export type { Steps, Trigger, TriggerContext } from "./steps.js";
export { createWorkflow, type Workflow, type WorkflowStep } from "./workflow.js";
