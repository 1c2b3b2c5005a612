import type { Origin } from "../destination.js";
import type { JsonValue } from "../json.js";
import type {
  AttemptRecord,
  DeliveryRecord,
  ErrorRecord,
  NewBatch,
  NewMessage,
  SealedBatch,
  Status,
  StoredMessage,
} from "../outbox.js";
import type { Siblings } from "./entry-index.js";

/** What the ready queue and the schedule hold: a message, or a sealed batch. */
export type Due = Entry | Sealed;

const noAttempts: readonly AttemptRecord[] = [];

/** A message in the memory outbox, and all that is known of it. */
export class Entry implements StoredMessage {
  /**
   * `line`: behind another of its order key. `ready`, `scheduled`: claimable now, or later. `held`: claimed.
   * `sealed`: in a batch, which knows where it is.
   */
  where: "line" | "ready" | "scheduled" | "held" | "sealed" | "delivered" | "dead" = "line";
  /** Where the index has it. */
  siblings: Siblings | undefined;
  place = 0;
  batch: Sealed | undefined;
  batchId: string | undefined;
  /** Replaced, never changed: the members of a batch share one. */
  attempts: readonly AttemptRecord[] = noAttempts;
  tried = 0;
  firstTriedAt: number | undefined;
  progress: JsonValue | undefined;
  receipt: JsonValue | undefined;
  error: ErrorRecord | undefined;

  readonly id: string;
  readonly destination: string;
  readonly group: string;
  readonly batchKey: string | undefined;
  readonly orderKey: string | undefined;
  readonly idempotencyKey: string;
  readonly expiresAt: number | undefined;
  readonly bytes: number;
  readonly acceptedAt: number;
  readonly origin: Origin;
  availableAt: number;
  readonly value: unknown;
  seq: number;

  constructor(message: NewMessage, seq: number, acceptedAt: number, origin: Origin) {
    this.id = message.id;
    this.destination = message.destination;
    this.group = message.group;
    this.batchKey = message.batchKey;
    this.orderKey = message.orderKey;
    this.idempotencyKey = message.idempotencyKey ?? message.id;
    this.expiresAt = message.expiresAt;
    this.bytes = message.bytes;
    this.value = message.value;
    this.acceptedAt = acceptedAt;
    this.origin = origin;
    this.availableAt = message.availableAt ?? acceptedAt;
    this.seq = seq;
  }

  /** Claimed by this handle, alone or in a batch. */
  get leased(): boolean {
    return this.where === "held" || (this.where === "sealed" && this.batch?.where === "held");
  }

  get status(): Status {
    if (this.where === "delivered" || this.where === "dead") return this.where;
    // Gathered for a batch is not under way: its attempt has not begun.
    if (this.leased && (this.batch || this.batchKey === undefined)) return "delivering";
    return this.attempts.length > 0 ? "retrying" : "pending";
  }

  record(): DeliveryRecord {
    const { id, destination, group, status, origin, acceptedAt, availableAt, attempts } = this;
    const { batchId, receipt, error } = this;
    const record: { -readonly [K in keyof DeliveryRecord]: DeliveryRecord[K] } = {
      id,
      destination,
      group,
      status,
      origin,
      acceptedAt,
      availableAt,
      attempts,
    };
    if (batchId !== undefined) record.batchId = batchId;
    if (receipt !== undefined) record.receipt = receipt;
    if (error !== undefined) record.error = error;
    return record;
  }
}

/** A batch whose members are fixed. */
export class Sealed implements SealedBatch {
  where: "ready" | "scheduled" | "held" | "over" = "ready";
  messages: Entry[];
  availableAt: number;
  tried = 0;
  interrupted = 0;
  firstTriedAt: number | undefined;
  progress: JsonValue | undefined;

  readonly id: string;
  readonly destination: string;
  readonly group: string;
  readonly key: string;
  readonly sealedAt: number;
  readonly seq: number;

  constructor({ id, destination, group, key, sealedAt }: NewBatch, messages: Entry[]) {
    this.id = id;
    this.destination = destination;
    this.group = group;
    this.key = key;
    this.sealedAt = sealedAt;
    this.messages = messages;
    this.availableAt = sealedAt;
    this.seq = messages[0]?.seq ?? 0;
  }
}
