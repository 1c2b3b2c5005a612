import { realpath, stat } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DestError } from "@dest/core";
import { importComponent } from "./import-component.js";
import { readManifest } from "./manifest.js";
import { showPlace } from "./place.js";
import { createWorkflow, type StepOptions, type Workflow, type WorkflowOptions } from "./workflow.js";

export interface LoadOptions extends Pick<WorkflowOptions, "stepTimeout" | "compat"> {
  /**
   * Of a file: values of the component's props. Of a folder: by step name, laid over those in `workflow.json`, as for
   * secrets that are in no file.
   */
  readonly props?: { readonly [name: string]: unknown } | undefined;
}

/**
 * Loads a workflow. From a file with one component, which becomes its only step; both are named for it. Or from a folder
 * with a `workflow.json`: `{ "id", "steps": [{ "name", "component": "a.mjs", "props" }], "stepTimeout", "compat" }`, of
 * which only `steps` and their `component` must be there. Like any module a file is loaded once: a program that must see
 * an edited one starts anew.
 */
export async function loadWorkflow(path: string | URL, options: LoadOptions = {}): Promise<Workflow> {
  const given = resolve(path instanceof URL ? fileURLToPath(path) : path);
  const found = await stat(given).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException;
    const problem = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    const message = `${given}: ${problem}`;
    throw new DestError("DEST_WORKFLOW_NOT_FOUND", message, { cause, retryable: false });
  });
  // Node loads a linked file under its real path, and stacks name that.
  const real = await realpath(given);
  return found.isDirectory() ? loadFolder(real, options) : loadFile(real, options);
}

async function loadFile(file: string, { props, compat, stepTimeout }: LoadOptions): Promise<Workflow> {
  const component = await importComponent(file, compat);
  const id = basename(file, extname(file));
  return createWorkflow({
    id,
    steps: [{ name: stepName(file), component, file, props }],
    compat,
    stepTimeout,
  });
}

async function loadFolder(folder: string, { props = {}, ...options }: LoadOptions): Promise<Workflow> {
  const { id = basename(folder), steps, ...manifest } = await readManifest(folder);
  const { compat = manifest.compat, stepTimeout = manifest.stepTimeout } = options;
  const loaded: StepOptions[] = [];
  for (const { file, name = stepName(file), props: written } of steps) {
    const component = await importComponent(file, compat);
    const given = props[name] as object | undefined;
    loaded.push({ name, component, file, props: { ...written, ...given } });
  }
  const unknown = Object.keys(props).find((name) => !loaded.some((step) => step.name === name));
  if (unknown !== undefined) {
    const message = `${showPlace({ file: folder })}: props are given for a step ${unknown}, and there is none`;
    throw new DestError("DEST_WORKFLOW_INVALID", message, { retryable: false });
  }
  return createWorkflow({ id, steps: loaded, compat, stepTimeout });
}

/** As a name after a dot: `steps.my_step`. */
function stepName(file: string): string {
  return basename(file, extname(file)).replaceAll(/[^\p{L}\p{N}_$]/gu, "_");
}
