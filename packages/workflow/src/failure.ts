import { DestError } from "@dest/core";
import { showPlace } from "./place.js";
import { userFrames, userPlace } from "./stack.js";
import type { WorkflowStep } from "./workflow.js";

/** The error of a step that threw: says where in the user's file and what, with what was thrown as its cause. */
export function stepFailed({ name, file }: WorkflowStep, thrown: unknown): DestError {
  if (DestError.is(thrown) && thrown.code === "DEST_STEP_TIMEOUT") return thrown;
  const place = userPlace(thrown, file) ?? (file === undefined ? undefined : { file });
  const where = place ? ` at ${showPlace(place)}` : "";
  const message = `step ${name} failed${where}: ${describe(thrown)}`;
  const error = new DestError("DEST_STEP_FAILED", message, { cause: thrown, retryable: false });
  // Where it was wrapped helps nobody: the stack is that of what was thrown.
  error.stack = [`${error.name}: ${message}`, ...userFrames(thrown)].join("\n");
  return error;
}

/** What was thrown, which need not be an Error, in one line. */
export function describe(thrown: unknown): string {
  if (!(thrown instanceof Error) && !DestError.is(thrown)) return `threw ${shown(thrown)}`;
  const { name, message, cause } = thrown;
  const plain = name === "Error" || DestError.is(thrown);
  // Node's fetch says why only in its cause.
  const because = cause instanceof Error && !DestError.is(thrown) ? causeText(cause) : "";
  return `${plain && message !== "" ? message : `${name}: ${message}`}${because}`;
}

function causeText(cause: Error & { code?: unknown }): string {
  const text = cause.message || cause.code;
  return typeof text === "string" ? ` (${text})` : "";
}

function shown(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return String(thrown);
  const { message } = thrown as { message?: unknown };
  if (typeof message === "string") return message;
  try {
    return JSON.stringify(thrown).slice(0, 200);
  } catch {
    return "an object";
  }
}
