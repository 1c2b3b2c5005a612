import { inspect } from "node:util";
import type { Outcome } from "./destination.js";
import { asError, DestError } from "./errors.js";

/** What one attempt came to: one outcome for the whole batch, or one for each message id. */
export type Verdict = { readonly whole: Outcome } | { readonly each: ReadonlyMap<string, Outcome> };

/** Reads what `deliver` returned, which may be anything: plugins are not all typed. */
export function readOutcome(answer: unknown, messages: readonly { readonly id: string }[]): Verdict {
  if (!(answer instanceof Map)) return { whole: isOutcome(answer) ? answer : malformed(answer) };
  const each = new Map<string, Outcome>();
  for (const { id } of messages) {
    const outcome: unknown = answer.get(id);
    each.set(id, isOutcome(outcome) ? outcome : outcome === undefined ? missing(id) : malformed(outcome));
  }
  return { each };
}

/** A thrown error is transient, unless it is a DestError that says otherwise. */
export function thrownOutcome(thrown: unknown): Outcome {
  if (DestError.is(thrown)) {
    return thrown.retryable === false
      ? { status: "rejected", error: thrown }
      : { status: "retry", error: thrown };
  }
  const cause = asError(thrown);
  const message = `deliver threw ${cause.name}: ${cause.message}`;
  // Nobody says whether it had arrived by then.
  const error = new DestError("DEST_DELIVER_FAILED", message, { cause, ambiguous: true });
  return { status: "retry", error };
}

function isOutcome(answer: unknown): answer is Outcome {
  if (typeof answer !== "object" || answer === null) return false;
  const { status, error } = answer as { status?: unknown; error?: unknown };
  return status === "delivered" || ((status === "retry" || status === "rejected") && DestError.is(error));
}

function malformed(answer: unknown): Outcome {
  const shown = inspect(answer, { depth: 0, breakLength: Number.POSITIVE_INFINITY }).slice(0, 200);
  const message = `deliver returned ${shown}, which is no outcome: return { status: "delivered" }, or "retry" or "rejected" with a DestError`;
  return { status: "retry", error: new DestError("DEST_OUTCOME_INVALID", message) };
}

function missing(id: string): Outcome {
  const message = `deliver returned a map without an outcome for ${id}: every message of the batch needs one`;
  return { status: "retry", error: new DestError("DEST_OUTCOME_MISSING", message) };
}
