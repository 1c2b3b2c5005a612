import { readFile, realpath } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { DestError } from "@dest/core";
import { showPlace } from "./place.js";
import type { Compat } from "./workflow.js";

/** What a `workflow.json` says, with the files it names. */
export interface Manifest {
  readonly id?: string;
  readonly steps: readonly ManifestStep[];
  readonly stepTimeout?: number;
  readonly compat?: Compat;
}

export interface ManifestStep {
  /** Absolute. */
  readonly file: string;
  readonly name?: string;
  readonly props?: Readonly<Record<string, unknown>>;
}

const keys = ["id", "steps", "stepTimeout", "compat"];
const stepKeys = ["name", "component", "props"];

export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, "workflow.json");
  const manifest = parse(path, await read(path));
  checkKeys(path, manifest, keys);
  if (!Array.isArray(manifest.steps)) throw invalid(path, "steps must be an array");
  const steps: ManifestStep[] = [];
  for (const [index, step] of (manifest.steps as readonly unknown[]).entries())
    steps.push(await stepOf(path, folder, `steps[${index}]`, step));
  // createWorkflow looks at the rest.
  return { ...manifest, steps } as unknown as Manifest;
}

async function stepOf(path: string, folder: string, where: string, step: unknown): Promise<ManifestStep> {
  if (!isObject(step)) throw invalid(path, `${where} must be an object`);
  checkKeys(path, step, stepKeys);
  const { component, props } = step;
  if (typeof component !== "string") throw invalid(path, `${where}.component must name a file`);
  if (props !== undefined && !isObject(props)) throw invalid(path, `${where}.props must be an object`);
  const file = await realpath(resolve(folder, component)).catch((cause: unknown) => {
    const message = `${showPlace({ file: path })}: ${where}.component: there is no file ${component}`;
    throw new DestError("DEST_WORKFLOW_NOT_FOUND", message, { cause, retryable: false });
  });
  return { ...(step as Omit<ManifestStep, "file">), file };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const message = `${showPlace({ file: path })}: a folder of steps needs this file, which names them in their order`;
    throw new DestError("DEST_WORKFLOW_NOT_FOUND", message, { cause, retryable: false });
  }
}

function parse(path: string, text: string): Record<string, unknown> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (thrown) {
    throw invalid(path, `it is no JSON: ${(thrown as Error).message}`);
  }
  if (!isObject(manifest)) throw invalid(path, "it must be an object");
  return manifest;
}

function checkKeys(path: string, given: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw invalid(path, `${basename(path)} has no key ${unknown}; it has ${known.join(", ")}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(path: string, problem: string): DestError {
  const message = `${showPlace({ file: path })}: ${problem}`;
  return new DestError("DEST_WORKFLOW_INVALID", message, { retryable: false });
}
