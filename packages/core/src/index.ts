// For users
export type { SendOptions } from "./capture.js";
// For authors of destinations
export type { Clock, Timer } from "./clock.js";
export type { RunOptions } from "./deferral.js";
export { createDest, type DestOptions } from "./dest.js";
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
export { DestError, type DestErrorOptions, invalid, invalidOption } from "./errors.js";
export type { BatchEvent, CloseReason, DestEvents, EventName, PausedEvent } from "./events.js";
export type { JsonValue } from "./json.js";
export type { Limits, WhenFull } from "./limits.js";
export { memoryOutbox } from "./memory-outbox.js";
// For authors of outboxes
export type {
  AttemptRecord,
  ClaimAnswer,
  ClaimRequest,
  DeliveryRecord,
  DestinationStats,
  ErrorRecord,
  ListPage,
  ListQuery,
  NewBatch,
  NewMessage,
  Outbox,
  OutboxContext,
  ReplayQuery,
  Retention,
  RunCommit,
  SealedBatch,
  Settlement,
  Status,
  StoredMessage,
} from "./outbox.js";
export type { BatchLimits, Concurrency, Pause, Policy, RateLimit, ResolvedPolicy, Retry } from "./policy.js";
export type { Sent } from "./sent.js";
export { jsonCopy, jsonText } from "./snapshot.js";
export type {
  ArgsByName,
  ArgsOf,
  Counts,
  Dest,
  Messages,
  OpenRun,
  ProbeResult,
  Run,
  RunOf,
  Send,
} from "./types.js";
