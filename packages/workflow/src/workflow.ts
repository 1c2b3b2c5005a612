import { type ArgsByName, type Dest, DestError, invalidOption } from "@dest/core";
import type { Component } from "./component.js";
import { showPlace } from "./place.js";
import { checkProps } from "./props.js";
import { type RunWorkflowOptions, runWorkflow, type WorkflowResult } from "./run.js";
import { installV1Globals, type V1Code } from "./v1.js";

/** Whose code the steps are: `"v1"` is the first version, see `WorkflowOptions`. */
export type Compat = "v1";

export interface WorkflowStep {
  /** Under which later steps find what this one returned: `steps.<name>`. */
  readonly name: string;
  readonly component: Component;
  /** Values of the component's props. Of an app's, an object with `$auth`. */
  readonly props?: { readonly [name: string]: unknown } | undefined;
  /** Absolute path of the file the component is from, so that errors can name it. */
  readonly file?: string | undefined;
}

/** A step as it is given: with `compat: "v1"` the component may be a function `(event, steps) => …`. */
export interface StepOptions extends Omit<WorkflowStep, "component"> {
  readonly component: Component | V1Code;
}

export interface WorkflowOptions {
  /** Shown in delivery records as `origin.workflow`. */
  readonly id: string;
  /** They run one after another. */
  readonly steps: readonly StepOptions[];
  /**
   * How long each step may take, in milliseconds; `Infinity` for as long as it likes. Default 300,000. Waits of
   * `$.flow.delay` do not count.
   */
  readonly stepTimeout?: number | undefined;
  /**
   * `"v1"`: for code of the first version. `$send`, `$respond`, `$end`, `event` and `steps` become globals of the
   * program, and what a step puts on `this` is exported.
   */
  readonly compat?: Compat | undefined;
}

export interface Workflow {
  readonly id: string;
  /** What `runWorkflow` does, for who is handed a workflow without knowing this package. */
  run<M extends ArgsByName>(
    dest: Pick<Dest<M>, "begin">,
    options?: RunWorkflowOptions,
  ): Promise<WorkflowResult>;
  readonly steps: readonly WorkflowStep[];
  readonly stepTimeout: number;
  readonly compat: Compat | undefined;
}

/** Makes a workflow of components. Throws `DEST_WORKFLOW_INVALID`, `DEST_PROP_MISSING` or `DEST_NOT_SUPPORTED`. */
export function createWorkflow({ id, steps, stepTimeout = 300_000, compat }: WorkflowOptions): Workflow {
  if (typeof id !== "string" || id === "") throw invalidWorkflow("createWorkflow: id must be a text");
  if (!Array.isArray(steps)) throw invalidWorkflow(`workflow ${id}: steps must be an array`);
  if (!(typeof stepTimeout === "number" && stepTimeout > 0))
    throw invalidOption("stepTimeout", stepTimeout, "must be milliseconds");
  if (compat !== undefined && compat !== "v1") throw invalidOption("compat", compat, 'must be "v1"');
  if (compat === "v1") installV1Globals();
  const names = new Set(["trigger"]);
  const checked = (steps as readonly StepOptions[]).map((given): WorkflowStep => {
    checkName(id, given.name, names);
    const step = { ...given, component: compat === "v1" ? asComponent(given.component) : given.component };
    checkComponent(step);
    checkProps(step as WorkflowStep);
    return Object.freeze(step as WorkflowStep);
  });
  const workflow: Workflow = Object.freeze({
    id,
    steps: Object.freeze(checked),
    stepTimeout,
    compat,
    run<M extends ArgsByName>(dest: Pick<Dest<M>, "begin">, options?: RunWorkflowOptions) {
      return runWorkflow(dest, workflow, options);
    },
  });
  return workflow;
}

function asComponent(component: Component | V1Code): Component {
  if (typeof component !== "function") return component;
  return {
    run({ steps }) {
      return component.call(this, steps.trigger.event, steps);
    },
  };
}

function checkName(id: string, name: unknown, taken: Set<string>): void {
  if (typeof name !== "string" || name === "") throw invalidWorkflow(`workflow ${id}: a step needs a name`);
  if (taken.has(name)) {
    const reason = name === "trigger" ? "stands for the event" : "is there twice";
    throw invalidWorkflow(`workflow ${id}: the step name ${name} ${reason}, choose another`);
  }
  taken.add(name);
}

function checkComponent({ name, component, file }: StepOptions): void {
  const where = file === undefined ? `step ${name}` : showPlace({ file });
  if (component === undefined) {
    throw invalidWorkflow(`${where}: there is no component; a file needs an export default`);
  }
  if (typeof component === "function") {
    const message = `${where}: the component is a function, which only code of the first version is: { compat: "v1" }`;
    throw invalidWorkflow(message);
  }
  if (typeof component !== "object" || component === null || typeof component.run !== "function") {
    throw invalidWorkflow(`${where}: the component has no run(), as in { async run({ steps, $ }) { … } }`);
  }
  if (component.type === "source") {
    throw notSupported(`${where}: an event source is no step; run what it would emit as a workflow's event`);
  }
  if ("additionalProps" in component) {
    const instead = "put what it would add into props and take additionalProps away";
    throw notSupported(`${where}: additionalProps() fills in a form, and there is no form: ${instead}`);
  }
}

function invalidWorkflow(message: string): DestError {
  return new DestError("DEST_WORKFLOW_INVALID", message, { retryable: false });
}

function notSupported(message: string): DestError {
  return new DestError("DEST_NOT_SUPPORTED", message, { retryable: false });
}
