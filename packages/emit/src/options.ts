import { invalidOption } from "@dest/core";
import type { Envelope } from "./emission.js";

/** Options of `emit()` beside the policy every destination takes. */
export interface EmitOptions {
  /**
   * `"auto"` (default): an object whose only keys are `raw_event`, and perhaps `event`, is an envelope, of which listeners
   * get `raw_event`. `"raw"`: nothing is. `"always"`: everything must be.
   */
  readonly envelope?: Envelope | undefined;
  /** Events of each emitter that are kept for `event_summaries`. Default 100. */
  readonly history?: number | undefined;
  /** Events that lead to one another, at most: a loop ends there with a dead letter. Default 32. */
  readonly maxDepth?: number | undefined;
  /** Name of the destination that webhooks are sent through. Default `"http"`. */
  readonly webhook?: string | undefined;
  /**
   * Who may use the REST calls: a function that says so of each request (what it throws refuses), or `"public"` for
   * everyone. Without it every request is answered 401.
   */
  readonly authorize?: Authorize | undefined;
}

export type Authorize = ((request: Request) => boolean | Promise<boolean>) | "public";

export const optionNames = [
  "envelope",
  "history",
  "maxDepth",
  "webhook",
  "authorize",
] as const satisfies readonly (keyof EmitOptions)[];

/** Throws `DEST_INVALID_OPTION`. */
export function checkOptions({ envelope, history, maxDepth, webhook, authorize }: EmitOptions): void {
  if (envelope !== undefined && !["auto", "raw", "always"].includes(envelope))
    throw invalidOption("envelope", envelope, 'must be "auto", "raw" or "always"');
  whole("history", history, 0);
  whole("maxDepth", maxDepth, 1);
  if (webhook !== undefined && (typeof webhook !== "string" || webhook === ""))
    throw invalidOption("webhook", webhook, "must be the name of a destination");
  if (authorize !== undefined && authorize !== "public" && typeof authorize !== "function")
    throw invalidOption("authorize", authorize, 'must be a function or "public"');
}

function whole(name: string, value: unknown, least: number): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= least)) return;
  throw invalidOption(name, value, `must be a whole number of at least ${least}`);
}
