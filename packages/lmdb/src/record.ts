import type { AttemptRecord, DeliveryRecord, ErrorRecord, JsonValue, Origin, Status } from "@dest/core";
import type { Entry } from "./home.js";

/** The record of a message: no payload, and only fields that have something to say. */
export function recordOf(
  { id, destination, group, origin, acceptedAt, availableAt: accepted, attempts: made }: Entry,
  status: Status,
  more: Partial<Pick<DeliveryRecord, "attempts" | "batchId" | "receipt" | "error" | "availableAt">> = {},
): DeliveryRecord {
  const { attempts = made, availableAt = accepted, batchId, receipt, error } = more;
  return {
    id,
    destination,
    group,
    status,
    origin,
    acceptedAt,
    availableAt,
    attempts,
    ...(batchId === undefined ? {} : { batchId }),
    ...(receipt === undefined ? {} : { receipt }),
    ...(error === undefined ? {} : { error }),
  };
}

/** The stored form of a delivered message's record: an array, as names of fields would be stored with each. Null: absent. */
export type RecordRow = readonly [
  id: string,
  destination: string,
  group: string,
  origin: Origin,
  acceptedAt: number,
  availableAt: number,
  batchId: string | null,
  receipt: JsonValue,
  attempts: readonly AttemptRow[],
];

type AttemptRow = readonly [
  startedAt: number,
  durationMs: number,
  outcome: AttemptRecord["outcome"],
  error: ErrorRecord | null,
  request: JsonValue,
  response: JsonValue,
];

export function recordRow(
  entry: Entry,
  attempt: AttemptRecord,
  batchId: string | undefined,
  receipt: JsonValue | undefined,
): RecordRow {
  const { id, destination, group, origin, acceptedAt, availableAt, attempts } = entry;
  const rows = [...attempts.map(attemptRow), attemptRow(attempt)];
  return [id, destination, group, origin, acceptedAt, availableAt, batchId ?? null, receipt ?? null, rows];
}

export function recordOfRow(row: RecordRow): DeliveryRecord {
  const [id, destination, group, origin, acceptedAt, availableAt, batchId, receipt, attempts] = row;
  return {
    id,
    destination,
    group,
    status: "delivered",
    origin,
    acceptedAt,
    availableAt,
    attempts: attempts.map(attemptOfRow),
    ...(batchId === null ? {} : { batchId }),
    ...(receipt === null ? {} : { receipt }),
  };
}

function attemptRow({ startedAt, durationMs, outcome, error, request, response }: AttemptRecord): AttemptRow {
  return [startedAt, durationMs, outcome, error ?? null, request ?? null, response ?? null];
}

function attemptOfRow([startedAt, durationMs, outcome, error, request, response]: AttemptRow): AttemptRecord {
  return {
    startedAt,
    durationMs,
    outcome,
    ...(error === null ? {} : { error }),
    ...(request === null ? {} : { request }),
    ...(response === null ? {} : { response }),
  };
}
