import { invalid, type JsonValue, jsonCopy } from "@dest/core";

/** Whether `{ raw_event, event? }` is a wrapping of the event, or the event. */
export type Envelope = "auto" | "raw" | "always";

/** What is emitted, as the outbox keeps it. */
export interface Emission {
  readonly event: JsonValue;
  /** The channel; null without one. */
  readonly name: string | null;
  /** What an envelope had as `event` where that is no name. */
  readonly summary?: JsonValue;
}

/** Throws `DEST_INVALID_PAYLOAD`. */
export function prepare(given: unknown, channel: unknown, envelope: Envelope): Emission {
  const name = nameOf(channel);
  if (envelope === "raw" || !isEnvelope(given)) {
    if (envelope === "always") throw invalid("the event", given, "it must be { raw_event }");
    return { event: copied("the event", given), name };
  }
  const event = copied("raw_event", given.raw_event);
  if (given.event === undefined) return { event, name };
  if (typeof given.event === "string") return { event, name: name ?? nameOf(given.event) };
  return { event, name, summary: jsonCopy("event", given.event) };
}

function copied(path: string, value: unknown): JsonValue {
  if (value === undefined || typeof value === "function" || typeof value === "symbol")
    throw invalid(path, value);
  return jsonCopy(path, value);
}

function nameOf(channel: unknown): string | null {
  if (channel === undefined || channel === null) return null;
  if (typeof channel !== "string" || channel === "")
    throw invalid("channel", channel === "" ? '""' : channel, "it is the event's name, a text");
  return channel;
}

function isEnvelope(given: unknown): given is { raw_event: unknown; event?: unknown } {
  if (typeof given !== "object" || given === null || !("raw_event" in given)) return false;
  return Object.keys(given).every((key) => key === "raw_event" || key === "event");
}
