import { invalid, jsonText } from "@dest/core";

/** What `$.send.sse` takes. */
export interface SseEvent {
  /**
   * The event's name, which clients listen for: `source.addEventListener(channel, …)`. Not empty, without CR, LF and NUL.
   * `"message"` is what `onmessage` hears; `"open"` and `"error"` reach listeners for the connection's own events too.
   */
  readonly channel: string;
  /** What JSON can say. Clients get its text: `JSON.parse(event.data)`. */
  readonly payload: unknown;
}

/** The event as the outbox keeps it. */
export interface PreparedEvent {
  readonly channel: string;
  /** JSON, which has no line break outside of strings when it is not indented, and none inside of them ever. */
  readonly data: string;
}

export const accepts = ["channel", "payload"] as const satisfies readonly (keyof SseEvent)[];

/** Throws `DEST_INVALID_PAYLOAD`. */
export function prepare(event: SseEvent): PreparedEvent {
  if (typeof event !== "object" || event === null) throw invalid("the event", event);
  const { channel, payload } = event;
  checkChannel(channel);
  return { channel, data: jsonText("payload", payload) };
}

export function bytesOf({ channel, data }: PreparedEvent): number {
  return Buffer.byteLength(channel) + Buffer.byteLength(data);
}

function checkChannel(channel: unknown): void {
  if (typeof channel !== "string") throw invalid("channel", channel);
  if (channel === "")
    throw invalid("channel", '""', 'it needs a name; EventSource calls the unnamed one "message"');
  // Shown escaped, or the error would be broken into lines itself.
  if (/[\r\n\0]/.test(channel))
    throw invalid("channel", JSON.stringify(channel), "it cannot hold a line break or NUL");
  if (/\p{Surrogate}/u.test(channel))
    throw invalid("channel", JSON.stringify(channel), "half a character has no UTF-8");
}
