import type { Origin } from "./destination.js";
import type { DestError } from "./errors.js";
import type { JsonValue } from "./json.js";

/** A send as it was captured, not yet accepted. */
export interface NewMessage {
  readonly id: string;
  readonly destination: string;
  readonly group: string;
  /** Set where the destination batches. */
  readonly batchKey?: string | undefined;
  readonly orderKey?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Epoch milliseconds; absent: at once, never. */
  readonly availableAt?: number | undefined;
  readonly expiresAt?: number | undefined;
  readonly step?: string | undefined;
  readonly bytes: number;
  readonly value: unknown;
  /** Of the payload, where the run is remembered. */
  readonly hash?: string | undefined;
}

export interface RunCommit {
  readonly runId: string;
  /** The run id is the user's own: a later commit of it adds only ordinals that no earlier one had. */
  readonly remembered: boolean;
  readonly acceptedAt: number;
  readonly origin: Origin;
  /** Ordinal of `messages[0]`; the others follow without a gap. */
  readonly firstOrdinal: number;
  readonly messages: readonly NewMessage[];
}

/** What is kept of one attempt. */
export interface AttemptRecord {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** What the destination said; `interrupted`: the process died or closed; `expired`: too late to try. */
  readonly outcome: "delivered" | "retry" | "rejected" | "interrupted" | "expired";
  readonly error?: ErrorRecord | undefined;
  readonly request?: JsonValue | undefined;
  readonly response?: JsonValue | undefined;
}

export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
}

export type Status = "pending" | "delivering" | "retrying" | "delivered" | "dead";

/** What became of a message. Never holds its payload; secrets are redacted. */
export interface DeliveryRecord {
  readonly id: string;
  readonly destination: string;
  readonly group: string;
  readonly status: Status;
  readonly origin: Origin;
  readonly acceptedAt: number;
  /** When the next attempt is due, or the last one was. */
  readonly availableAt: number;
  readonly batchId?: string | undefined;
  readonly attempts: readonly AttemptRecord[];
  readonly receipt?: JsonValue | undefined;
  /** Why it is dead. */
  readonly error?: ErrorRecord | undefined;
}

/** An accepted message as the outbox hands it out. */
export interface StoredMessage extends Omit<NewMessage, "idempotencyKey"> {
  /** Place in commit order, over all destinations. A replayed message gets a new one, at the tail. */
  readonly seq: number;
  readonly acceptedAt: number;
  readonly availableAt: number;
  readonly origin: Origin;
  readonly idempotencyKey: string;
  readonly attempts: readonly AttemptRecord[];
  /** Attempts since it was accepted or replayed. */
  readonly tried: number;
  /** Epoch milliseconds of the first of these. */
  readonly firstTriedAt?: number | undefined;
  readonly progress?: JsonValue | undefined;
}

export interface NewBatch {
  readonly id: string;
  readonly destination: string;
  readonly group: string;
  readonly key: string;
  readonly sealedAt: number;
  readonly messages: readonly StoredMessage[];
}

/** A batch whose members, order and `sealedAt` will not change again, until an outcome map dissolves it. */
export interface SealedBatch extends NewBatch {
  readonly availableAt: number;
  readonly tried: number;
  readonly firstTriedAt?: number | undefined;
  readonly progress?: JsonValue | undefined;
}

export interface ClaimRequest {
  readonly destination: string;
  readonly now: number;
  /** At most so many messages … */
  readonly messages: number;
  /** … and sealed batches. */
  readonly batches: number;
  /** Of these, at most so many of one group; messages gathered for a batch do not count. */
  readonly perGroup: number;
  /** Groups at capacity: messages that have a batch key may be gathered, nothing may be started. */
  readonly full: ReadonlySet<string>;
  /** Groups that get nothing. */
  readonly paused: ReadonlySet<string>;
  /**
   * Groups that left `full` or `paused` since this lane's last claim. It spares the outbox from asking for every
   * blocked group at every claim; without it, it must.
   */
  readonly reopened?: readonly string[] | undefined;
}

export interface ClaimAnswer {
  readonly messages: readonly StoredMessage[];
  /** Claiming a batch is starting it: a durable outbox remembers that before it answers. */
  readonly batches: readonly SealedBatch[];
  /** When the next message or batch is due that is not now. */
  readonly nextAt?: number | undefined;
}

/**
 * `ids` are messages of one batch, or one message. `messages`, where given, are the same as they were claimed: an outbox
 * that handed out what it keeps need not look them up.
 */
export type Settlement =
  | {
      readonly to: "delivered" | "dead";
      readonly ids: readonly string[];
      readonly messages?: readonly StoredMessage[] | undefined;
      readonly batchId?: string | undefined;
      readonly attempt: AttemptRecord;
      readonly receipt?: JsonValue | undefined;
      readonly error?: ErrorRecord | undefined;
    }
  | {
      readonly to: "retry";
      readonly ids: readonly string[];
      readonly messages?: readonly StoredMessage[] | undefined;
      readonly batchId?: string | undefined;
      readonly attempt: AttemptRecord;
      readonly availableAt: number;
      readonly progress?: JsonValue | undefined;
      readonly batch: "keep" | "dissolve";
    }
  /** Costs no attempt, keeps the place in line, wakes nobody. */
  | { readonly to: "release"; readonly ids: readonly string[]; readonly batchId?: string | undefined };

export interface Retention {
  /** Delivered records kept. Default 10,000. */
  readonly records?: number | undefined;
  /** Milliseconds a delivered record is kept. Default 7 days. */
  readonly maxAge?: number | undefined;
}

export interface OutboxContext {
  /** Something became claimable that this handle did not append itself. No name: look at every destination. */
  wake(destination?: string): void;
  warn(error: DestError): void;
  now(): number;
  readonly retention: Retention;
}

export interface ListQuery {
  readonly status?: Status | undefined;
  readonly destination?: string | undefined;
  readonly workflow?: string | undefined;
  /** Default 100. */
  readonly limit?: number | undefined;
  /** The `cursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface ListPage {
  /** In commit order, the oldest first. */
  readonly items: readonly DeliveryRecord[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

export type ReplayQuery =
  | { readonly ids: readonly string[] }
  | { readonly status: "dead"; readonly destination?: string | undefined };

export interface DestinationStats {
  readonly pending: number;
  readonly delivering: number;
  readonly retrying: number;
  /** Since the outbox was made, also where the record is no longer kept. */
  readonly delivered: number;
  /** Kept now. */
  readonly dead: number;
  /** Of what is pending, delivering or retrying. */
  readonly bytes: number;
}

/**
 * Where accepted messages wait. The laws every implementation keeps:
 *
 * 1. Atomic: a run's sends are all in or none, also across a crash.
 * 2. Durable when resolved, where `durable`: after `append` resolves, neither kill -9 nor power loss loses them.
 * 3. Leased: what one claimer holds no other gets. Leases end when the handle closes or its process dies. Settling
 *    what is not held changes nothing.
 * 4. Ordered: first attempts start in commit order, then call order, within one (destination, group, batch key). An
 *    order key is scoped to the same three and has at most one outstanding attempt or sealed batch; a batch may hold a
 *    contiguous run of it. A failing key parks only itself; a dead message unblocks it; a replay goes to the tail.
 * 5. Sealed batches are stable: id, members, order and `sealedAt` outlive crashes and whole-batch retries.
 * 6. Settling twice is harmless. A batch whose attempt was under way when the process died has one `interrupted`
 *    attempt more; after three it is dead, and that is warned about.
 * 7. Dead letters are kept, listed and replayable.
 * 8. A backlog does not sit in memory, where `durable`.
 * 9. What cannot be read is `DEST_OUTBOX_CORRUPT`, with what and where; the rest stays deliverable.
 * 10. Full is said: `append` rejects with a code, and nothing of that run is accepted.
 */
export interface Outbox {
  readonly durable: boolean;
  open(context: OutboxContext): Promise<void>;
  /**
   * Resolves when the run is accepted. For a remembered run it answers how many messages, counted from the end, were
   * new; no answer means all of them.
   */
  append(
    run: RunCommit,
    options?: { readonly transaction?: unknown },
  ): Promise<{ readonly added: number } | void>;
  /** Answers at once with what is due: the dispatcher owns every timer. */
  claim(request: ClaimRequest): Promise<ClaimAnswer>;
  /** Makes a batch of messages that this handle holds. It is then waiting to be claimed, and no longer held. */
  seal(batch: NewBatch): Promise<void>;
  settle(settlements: readonly Settlement[]): Promise<void>;
  /** Messages accepted so far, not delivered or dead, and due by `dueBy`; `through` is the last `seq` given out. */
  waiting(dueBy: number): Promise<{ readonly messages: number; readonly through: number }>;
  get(id: string): Promise<DeliveryRecord | undefined>;
  list(query: ListQuery): Promise<ListPage>;
  stats(): Promise<ReadonlyMap<string, DestinationStats>>;
  /** Puts dead letters back, at the tail, with a new life of attempts; answers their ids and destinations. */
  replay(query: ReplayQuery): Promise<readonly { readonly id: string; readonly destination: string }[]>;
  close(): Promise<void>;
}
