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

/**
 * The stored form of a group of delivered messages' records. What the messages of a run share is in it once, and times
 * are whole microseconds since one of them: to write a number with decimals takes longer than most texts.
 */
export interface RecordChunk {
  readonly since: number;
  readonly heads: Head[];
  /** Responses and receipts: destinations may give one for all that are alike. */
  readonly answers: JsonValue[];
  readonly rows: RecordRow[];
}

type Head = readonly [destination: string, group: string, origin: Origin];

/** Null: absent. */
export type RecordRow = readonly [
  seq: number,
  id: string,
  head: number,
  acceptedAt: number,
  availableAt: number,
  batchId: string | null,
  receipt: number | null,
  attempts: readonly AttemptRow[],
];

type AttemptRow = readonly [
  startedAt: number,
  durationMs: number,
  outcome: AttemptRecord["outcome"],
  error: ErrorRecord | null,
  request: JsonValue,
  response: number | null,
];

/** A record that is kept, with the message's place in commit order. */
export interface Delivered {
  readonly seq: number;
  readonly settledAt: number;
  readonly record: DeliveryRecord;
}

const longestChunk = 500;
const perMillisecond = 1_000;

/** Puts the records of what is delivered in chunks. */
export class RecordChunks {
  readonly chunks: RecordChunk[] = [];
  #places = new Map<JsonValue, number>();

  add(
    entry: Entry,
    attempt: AttemptRecord,
    batchId: string | undefined,
    receipt: JsonValue | undefined,
  ): void {
    let chunk = this.chunks.at(-1);
    if (!chunk || chunk.rows.length === longestChunk) {
      chunk = { since: Math.floor(attempt.startedAt), heads: [], answers: [], rows: [] };
      this.chunks.push(chunk);
      this.#places = new Map();
    }
    const { since, heads, answers, rows } = chunk;
    const { seq, id, acceptedAt, availableAt, attempts } = entry;
    const made = attempts.map((one) => this.#attempt(one, since, answers));
    made.push(this.#attempt(attempt, since, answers));
    const accepted = toMicroseconds(acceptedAt, since);
    const available = availableAt === acceptedAt ? accepted : toMicroseconds(availableAt, since);
    const place = this.#place(receipt, answers);
    rows.push([seq, id, headOf(heads, entry), accepted, available, batchId ?? null, place, made]);
  }

  #attempt(
    { startedAt, durationMs, outcome, error, request, response }: AttemptRecord,
    since: number,
    answers: JsonValue[],
  ): AttemptRow {
    const [started, duration] = [toMicroseconds(startedAt, since), toMicroseconds(durationMs, 0)];
    return [started, duration, outcome, error ?? null, request ?? null, this.#place(response, answers)];
  }

  #place(answer: JsonValue | undefined, answers: JsonValue[]): number | null {
    if (answer === undefined) return null;
    let place = this.#places.get(answer);
    if (place === undefined) {
      place = answers.push(answer) - 1;
      this.#places.set(answer, place);
    }
    return place;
  }
}

export function recordsOf({ since, heads, answers, rows }: RecordChunk): Delivered[] {
  return rows.map(([seq, id, head, accepted, available, batchId, receipt, made]) => {
    const [destination, group, origin] = heads[head] as Head;
    const attempts = made.map((row) => attemptOfRow(row, since, answers));
    const record: DeliveryRecord = {
      id,
      destination,
      group,
      status: "delivered",
      origin,
      acceptedAt: fromMicroseconds(accepted, since),
      availableAt: fromMicroseconds(available, since),
      attempts,
      ...(batchId === null ? {} : { batchId }),
      ...(receipt === null ? {} : { receipt: answers[receipt] as JsonValue }),
    };
    return { seq, settledAt: settledAt(made, since), record };
  });
}

/** When the last attempt ended. */
export function settledAt(attempts: readonly AttemptRow[], since: number): number {
  const [startedAt, duration] = attempts.at(-1) as AttemptRow;
  return fromMicroseconds(startedAt + duration, since);
}

function headOf(heads: Head[], { destination, group, origin }: Entry): number {
  const last = heads.at(-1);
  const fits = last?.[2] === origin && last[1] === group && last[0] === destination;
  return (fits ? heads.length : heads.push([destination, group, origin])) - 1;
}

function toMicroseconds(at: number, since: number): number {
  return Math.round((at - since) * perMillisecond);
}

function fromMicroseconds(at: number, since: number): number {
  return since + at / perMillisecond;
}

function attemptOfRow(
  [started, duration, outcome, error, request, response]: AttemptRow,
  since: number,
  answers: readonly JsonValue[],
): AttemptRecord {
  return {
    startedAt: fromMicroseconds(started, since),
    durationMs: fromMicroseconds(duration, 0),
    outcome,
    ...(error === null ? {} : { error }),
    ...(request === null ? {} : { request }),
    ...(response === null ? {} : { response: answers[response] as JsonValue }),
  };
}
