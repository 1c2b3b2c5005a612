import { realpath, stat } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DestError } from "@dest/core";
import { importComponent } from "./import-component.js";
import { showPlace } from "./place.js";
import { createWorkflow, type Workflow, type WorkflowStep } from "./workflow.js";

export interface LoadOptions {
  /** Values of the component's props. */
  readonly props?: WorkflowStep["props"];
}

/**
 * Loads a workflow from a file with one component, which becomes its only step; both are named for the file. Like any
 * module it is loaded once: a program that must see an edited file starts anew.
 */
export async function loadWorkflow(path: string | URL, options: LoadOptions = {}): Promise<Workflow> {
  const given = resolve(path instanceof URL ? fileURLToPath(path) : path);
  const found = await stat(given).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException;
    const problem = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    const message = `${given}: ${problem}`;
    throw new DestError("DEST_WORKFLOW_NOT_FOUND", message, { cause, retryable: false });
  });
  if (found.isDirectory()) {
    const message = `${showPlace({ file: given })}: a folder cannot be loaded yet, name one file`;
    throw new DestError("DEST_NOT_SUPPORTED", message, { retryable: false });
  }
  // Node loads a linked file under its real path, and stacks name that.
  return loadFile(await realpath(given), options);
}

async function loadFile(file: string, { props }: LoadOptions): Promise<Workflow> {
  const component = await importComponent(file);
  const id = basename(file, extname(file));
  // As a name after a dot: steps.my_step
  const name = id.replaceAll(/[^\p{L}\p{N}_$]/gu, "_");
  return createWorkflow({ id, steps: [{ name, component, file, props }] });
}
