export { type ManualClock, type ManualClockOptions, manualClock } from "./manual-clock.js";
export {
  type RecordingDestination,
  type RecordingOptions,
  recordingDestination,
} from "./recording-destination.js";
