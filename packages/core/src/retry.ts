import { DestError } from "./errors.js";
import type { Retry } from "./policy.js";

export interface Failure {
  readonly error: DestError;
  /** The destination's word on how long to wait, in milliseconds (Retry-After). */
  readonly afterMs?: number | undefined;
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number;
  /** When the first attempt started, and now: epoch milliseconds. */
  readonly firstTriedAt: number;
  readonly now: number;
}

/** When to try again, or why not. It decides; it does not wait, send or log. */
export type Decision = { readonly retryAt: number } | { readonly giveUp: DestError };

export function decideRetry(retry: false | Retry, failure: Failure, random: () => number): Decision {
  const { error, attempt, firstTriedAt, now } = failure;
  if (retry === false) return { giveUp: error };
  if (error.ambiguous && !retry.ambiguous)
    return giveUp(error, "DEST_AMBIGUOUS", "it may have arrived already, and retry.ambiguous is false");
  if (retry.shouldRetry && !retry.shouldRetry(error, attempt)) return { giveUp: error };
  if (attempt >= retry.maxAttempts) return exhausted(error, `after ${attempt} attempts`);
  const retryAt = now + delayOf(retry, failure, random);
  if (retryAt > firstTriedAt + retry.maxElapsed) return exhausted(error, `after ${now - firstTriedAt} ms`);
  return { retryAt };
}

// A wait the receiver asked for is neither shortened nor scattered; zero asks for nothing.
function delayOf(retry: Retry, { afterMs, attempt }: Failure, random: () => number): number {
  if (typeof afterMs === "number" && afterMs > 0) return afterMs;
  // Zero times an infinite factor would be no number.
  const factor = Math.min(retry.factor ** (attempt - 1), Number.MAX_VALUE);
  const ceiling = Math.min(retry.maxDelay, retry.minDelay * factor);
  return retry.jitter === "full" ? ceiling * random() : ceiling;
}

function exhausted(error: DestError, when: string): Decision {
  return giveUp(error, "DEST_RETRY_EXHAUSTED", `given up ${when}`);
}

function giveUp(error: DestError, code: string, reason: string): Decision {
  return {
    giveUp: new DestError(code, `${reason}; the last error was ${error.code}: ${error.message}`, {
      cause: error,
      retryable: false,
    }),
  };
}
