import type { Attempt } from "./attempt.js";
import { attemptRecord, errorRecord } from "./delivery-record.js";
import type { Outcome } from "./destination.js";
import { DestError } from "./errors.js";
import type { JsonValue } from "./json.js";
import type { AttemptRecord, Settlement, StoredMessage } from "./outbox.js";
import type { Verdict } from "./outcome.js";
import type { ResolvedPolicy } from "./policy.js";
import type { RecordRedact } from "./redact.js";
import { decideRetry } from "./retry.js";

export interface SettleContext {
  readonly policy: ResolvedPolicy;
  readonly redact: RecordRedact;
  readonly random: () => number;
  readonly now: number;
}

/** What the outbox is told of an attempt: one settlement for the whole batch, or one per message. */
export function settlementsOf(attempt: Attempt, verdict: Verdict, context: SettleContext): Settlement[] {
  const { messages, sealed } = attempt.work;
  if ("whole" in verdict) {
    // A sealed batch has a life of its own: its members may have been tried in others before.
    const life = sealed ?? messages[0];
    return [settlementOf(messages, life, "keep", attempt, verdict.whole, context)];
  }
  return messages.map((message) =>
    settlementOf([message], message, "dissolve", attempt, verdict.each.get(message.id) as Outcome, context),
  );
}

/** Whether the outcome counts toward a pause of the group. */
export function hasFailed(verdict: Verdict): boolean {
  if ("whole" in verdict) return verdict.whole.status === "retry";
  return [...verdict.each.values()].every((outcome) => outcome.status === "retry");
}

/** What the outbox is told of a message whose time was over before it could be tried. */
export function expiry(message: StoredMessage, now: number): Settlement {
  const error = {
    code: "DEST_EXPIRED",
    message: `it expired ${Math.round(now - (message.expiresAt as number))} ms ago, before it could be sent`,
  };
  const attempt: AttemptRecord = { startedAt: now, durationMs: 0, outcome: "expired", error };
  return { to: "dead", ids: [message.id], attempt, error };
}

export function hasExpired({ expiresAt }: StoredMessage, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

interface Life {
  readonly tried: number;
  readonly firstTriedAt?: number | undefined;
  readonly progress?: JsonValue | undefined;
}

function settlementOf(
  messages: readonly StoredMessage[],
  life: Life,
  batch: "keep" | "dissolve",
  attempt: Attempt,
  outcome: Outcome,
  { policy, redact, random, now }: SettleContext,
): Settlement {
  const ids = messages.map((message) => message.id);
  const batchId = attempt.work.sealed?.id;
  const record = attemptRecord(attempt, now, outcome, redact);
  if (outcome.status === "delivered") {
    const receipt = outcome.receipt === undefined ? undefined : redact.receipt(outcome.receipt);
    return { to: "delivered", ids, messages, batchId, attempt: record, receipt };
  }
  const { error } = outcome;
  if (outcome.status === "rejected")
    return { to: "dead", ids, messages, batchId, attempt: record, error: errorRecord(error, redact) };
  const failure = {
    error,
    afterMs: outcome.afterMs,
    attempt: life.tried + 1,
    firstTriedAt: life.firstTriedAt ?? attempt.startedAt,
    now,
  };
  const decision = askPolicy(policy, failure, random);
  if ("giveUp" in decision)
    return {
      to: "dead",
      ids,
      messages,
      batchId,
      attempt: record,
      error: errorRecord(decision.giveUp, redact),
    };
  return {
    to: "retry",
    ids,
    messages,
    batchId,
    attempt: record,
    availableAt: decision.retryAt,
    // A timeout and a thrown error say nothing of what was done before.
    progress: outcome.progress ?? life.progress,
    batch,
  };
}

// shouldRetry is the user's: when it throws, that is why the message is dead.
function askPolicy(
  { retry }: ResolvedPolicy,
  ...rest: Tail<Parameters<typeof decideRetry>>
): ReturnType<typeof decideRetry> {
  try {
    return decideRetry(retry, ...rest);
  } catch (cause) {
    return {
      giveUp: new DestError("DEST_SHOULD_RETRY_FAILED", `retry.shouldRetry threw: ${String(cause)}`, {
        cause,
      }),
    };
  }
}

type Tail<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Rest] ? Rest : never;
