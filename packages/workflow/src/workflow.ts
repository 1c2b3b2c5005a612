import { DestError } from "@dest/core";
import type { Component } from "./component.js";
import { showPlace } from "./place.js";
import { checkProps } from "./props.js";

export interface WorkflowStep {
  /** Under which later steps find what this one returned: `steps.<name>`. */
  readonly name: string;
  readonly component: Component;
  /** Values of the component's props. */
  readonly props?: { readonly [name: string]: unknown } | undefined;
  /** Absolute path of the file the component is from, so that errors can name it. */
  readonly file?: string | undefined;
}

export interface Workflow {
  /** Shown in delivery records as `origin.workflow`. */
  readonly id: string;
  /** They run one after another. */
  readonly steps: readonly WorkflowStep[];
}

/** Makes a workflow of components. Throws `DEST_WORKFLOW_INVALID`, `DEST_PROP_MISSING` or `DEST_NOT_SUPPORTED`. */
export function createWorkflow({ id, steps }: Workflow): Workflow {
  if (typeof id !== "string" || id === "") throw invalidWorkflow("createWorkflow: id must be a text");
  if (!Array.isArray(steps)) throw invalidWorkflow(`workflow ${id}: steps must be an array`);
  const names = new Set(["trigger"]);
  for (const step of steps as readonly WorkflowStep[]) {
    checkName(id, step.name, names);
    checkComponent(step);
    checkProps(step);
  }
  return Object.freeze({ id, steps: Object.freeze(steps.map((step) => Object.freeze({ ...step }))) });
}

function checkName(id: string, name: unknown, taken: Set<string>): void {
  if (typeof name !== "string" || name === "") throw invalidWorkflow(`workflow ${id}: a step needs a name`);
  if (taken.has(name)) {
    const reason = name === "trigger" ? "stands for the event" : "is there twice";
    throw invalidWorkflow(`workflow ${id}: the step name ${name} ${reason}, choose another`);
  }
  taken.add(name);
}

function checkComponent({ name, component, file }: WorkflowStep): void {
  const where = file === undefined ? `step ${name}` : showPlace({ file });
  if (component === undefined) {
    throw invalidWorkflow(`${where}: there is no component; a file needs an export default`);
  }
  if (typeof component !== "object" || component === null || typeof component.run !== "function") {
    throw invalidWorkflow(`${where}: the component has no run(), as in { async run({ steps, $ }) { … } }`);
  }
  if (component.type === "source") {
    const message = `${where}: an event source is no step; run what it would emit as a workflow's event`;
    throw new DestError("DEST_NOT_SUPPORTED", message, { retryable: false });
  }
}

function invalidWorkflow(message: string): DestError {
  return new DestError("DEST_WORKFLOW_INVALID", message, { retryable: false });
}
