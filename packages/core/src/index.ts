// For users
export type { SendOptions, Sent } from "./capture.js";
export type { RunOptions } from "./deferral.js";
export { createDest, type DestOptions } from "./dest.js";
export { DestError, type DestErrorOptions } from "./errors.js";
export type { BatchEvent, CloseReason, DestEvents, EventName, PausedEvent } from "./events.js";
export type { JsonValue } from "./json.js";
export type { Limits, WhenFull } from "./limits.js";
export { memoryOutbox } from "./memory-outbox.js";
export type {
  AttemptRecord,
  DeliveryRecord,
  DestinationStats,
  ErrorRecord,
  ListPage,
  ListQuery,
  ReplayQuery,
  Retention,
  Status,
} from "./outbox.js";
export type { BatchLimits, Concurrency, Pause, Policy, RateLimit, Retry } from "./policy.js";
export type { ArgsByName, ArgsOf, Counts, Dest, Messages, OpenRun, ProbeResult, Run, RunOf, Send } from "./types.js";

// For authors of destinations
export type { Clock, Timer } from "./clock.js";
export {
  type AnyDestination,
  type Batch,
  type DeliverContext,
  type Destination,
  defineDestination,
  type Message,
  type OpenContext,
  type Origin,
  type Outcome,
} from "./destination.js";
export { invalid, invalidOption } from "./errors.js";
export { jsonCopy, jsonText } from "./snapshot.js";

// For authors of outboxes
export type {
  ClaimAnswer,
  ClaimRequest,
  NewBatch,
  NewMessage,
  Outbox,
  OutboxContext,
  RunCommit,
  SealedBatch,
  Settlement,
  StoredMessage,
} from "./outbox.js";
