export {
  type DestinationCapability,
  type DestinationCase,
  type DestinationService,
  type DestinationTest,
  type InvalidCall,
  type ServiceAnswer,
  type Taken,
  throttleMs,
} from "./destination/kit.js";
export { destinationCases, testDestination } from "./destination/test-destination.js";
export { type ManualClock, type ManualClockOptions, manualClock } from "./manual-clock.js";
export {
  type OutboxCapability,
  type OutboxCase,
  type OutboxTest,
  outboxCases,
  testOutbox,
} from "./outbox/test-outbox.js";
export {
  type RecordingDestination,
  type RecordingOptions,
  recordingDestination,
} from "./recording-destination.js";
