import type { Attempt } from "./attempt.js";
import type { Outcome } from "./destination.js";
import type { DestError } from "./errors.js";
import type {
  AttemptRecord,
  DeliveryRecord,
  ErrorRecord,
  NewMessage,
  RunCommit,
  Settlement,
  StoredMessage,
} from "./outbox.js";
import type { RecordRedact } from "./redact.js";

/** What the outbox keeps of an attempt: nothing secret, nothing long. */
export function attemptRecord(
  attempt: Attempt,
  now: number,
  outcome: Outcome,
  redact: RecordRedact,
): AttemptRecord {
  const { startedAt, request, response } = attempt;
  const record: { -readonly [K in keyof AttemptRecord]: AttemptRecord[K] } = {
    startedAt,
    durationMs: Math.max(0, now - startedAt),
    outcome: outcome.status,
  };
  if (outcome.status !== "delivered") record.error = errorRecord(outcome.error, redact);
  if (request !== undefined) record.request = redact.request(request);
  if (response !== undefined) record.response = redact.response(response);
  return record;
}

export function errorRecord({ code, message }: DestError, redact: RecordRedact): ErrorRecord {
  return { code, message: redact.text(message) };
}

/** The record of a message that was just accepted. */
export function acceptedRecord(run: RunCommit, message: NewMessage): DeliveryRecord {
  const { id, destination, group, step, availableAt = run.acceptedAt } = message;
  const origin = step === undefined ? run.origin : { ...run.origin, step };
  return {
    id,
    destination,
    group,
    status: "pending",
    origin,
    acceptedAt: run.acceptedAt,
    availableAt,
    attempts: [],
  };
}

/** The record of a message as its settlement leaves it. */
export function settledRecord(
  message: StoredMessage,
  settlement: Exclude<Settlement, { to: "release" }>,
): DeliveryRecord {
  const { id, destination, group, origin, acceptedAt } = message;
  const { to, batchId, attempt } = settlement;
  return {
    id,
    destination,
    group,
    status: to === "retry" ? "retrying" : to,
    origin,
    acceptedAt,
    availableAt: to === "retry" ? settlement.availableAt : message.availableAt,
    attempts: [...message.attempts, attempt],
    ...(batchId === undefined ? {} : { batchId }),
    ...(to !== "retry" && settlement.receipt !== undefined ? { receipt: settlement.receipt } : {}),
    ...(to !== "retry" && settlement.error !== undefined ? { error: settlement.error } : {}),
  };
}
