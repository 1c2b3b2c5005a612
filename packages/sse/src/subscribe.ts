import { setTimeout as pause } from "node:timers/promises";
import { DestError } from "@dest/core";
import { createParser } from "eventsource-parser";
import { Reconnect } from "./reconnect.js";

/** One event of a stream. */
export interface ReceivedEvent {
  /** `""` where the stream gives none. To be kept for `lastEventId` by whoever ends and begins anew. */
  readonly id: string;
  readonly channel: string;
  /** What the JSON says; the text itself where it is none. */
  readonly payload: unknown;
}

export interface SubscribeOptions {
  /** Only events of this channel. Default: of all. */
  readonly channel?: string | undefined;
  /** Begin after this one, instead of with the history. */
  readonly lastEventId?: string | undefined;
  /** Ends the subscription when it aborts; the loop then ends without an error. */
  readonly signal?: AbortSignal | undefined;
  /** Of each request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds before the first reconnection, until the server names its own. Default 1,000. */
  readonly retry?: number | undefined;
  /**
   * Milliseconds without a sign of life, the answer's head included, after which the connection is taken for lost. Longer
   * than the server's `keepAlive`. Default 60,000.
   */
  readonly timeout?: number | undefined;
  /** Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
}

const transient = new Set([408, 425, 429]);

/**
 * Follows an event stream: `for await (const { channel, payload } of subscribe(url)) …`. A stream that breaks off is
 * asked for again, with growing pauses, and goes on after the last event that was seen. Leaving the loop closes the
 * connection. It ends by itself where the server answers 204, and throws `DEST_SSE_REFUSED` where it will never give the
 * stream: with a status of 4xx, but for 408, 425 and 429, or what is no event stream.
 */
export async function* subscribe(
  url: string | URL,
  options: SubscribeOptions = {},
): AsyncGenerator<ReceivedEvent, void, undefined> {
  const { channel, retry = 1_000, timeout = 60_000, fetch: ask = fetch } = options;
  const ending = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal;
  const reconnect = new Reconnect(retry);
  let { lastEventId = "" } = options;
  try {
    while (!signal.aborted) {
      // The fetch of Node 20 waits for ever where a connection is closed before the request is on it.
      const silence = new AbortController();
      const timer = setTimeout(() => silence.abort(), timeout);
      try {
        const both = AbortSignal.any([signal, silence.signal]);
        const body = await open(ask, url, options.headers, lastEventId, both);
        if (body === undefined) return;
        reconnect.succeeded();
        for await (const event of events(body, {
          onRetry: (ms) => reconnect.asked(ms),
          onBytes: () => timer.refresh(),
        })) {
          lastEventId = event.id ?? lastEventId;
          const { event: name = "message", data } = event;
          if (channel === undefined || name === channel)
            yield { id: lastEventId, channel: name, payload: parsed(data) };
        }
      } catch (thrown) {
        if (signal.aborted) return;
        if (DestError.is(thrown)) throw thrown;
      } finally {
        clearTimeout(timer);
      }
      await pause(reconnect.next(), undefined, { signal }).catch(() => undefined);
    }
  } finally {
    ending.abort();
  }
}

/** The stream; undefined where the server says that there is no more of it. */
async function open(
  ask: typeof fetch,
  url: string | URL,
  headers: SubscribeOptions["headers"],
  lastEventId: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const resume = lastEventId === "" ? {} : { "last-event-id": lastEventId };
  const wanted = { accept: "text/event-stream", "cache-control": "no-store", ...headers, ...resume };
  const response = await ask(url, { headers: wanted, signal });
  const { status, body } = response;
  const type = response.headers.get("content-type") ?? "none";
  if (status === 200 && body && /^text\/event-stream\b/i.test(type)) return body;
  const said = status >= 400 ? await firstLine(response) : "";
  await body?.cancel().catch(() => undefined);
  if (status === 204) return undefined;
  if (status >= 500 || transient.has(status)) throw new Error(`answered ${status}`);
  const what = status === 200 ? `content of type ${type}, no event stream` : `status ${status}${said}`;
  throw new DestError("DEST_SSE_REFUSED", `the server answered with ${what}`, { retryable: false });
}

async function firstLine(response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  const [line = ""] = text.trim().split("\n");
  return line === "" ? "" : `: ${line.slice(0, 200)}`;
}

interface Parsed {
  readonly id?: string | undefined;
  readonly event?: string | undefined;
  readonly data: string;
}

/** Ends when the stream does, and throws when it breaks off. */
async function* events(
  body: ReadableStream<Uint8Array>,
  { onRetry, onBytes }: { onRetry(ms: number): void; onBytes(): void },
): AsyncGenerator<Parsed, void, undefined> {
  let ready: Parsed[] = [];
  const parser = createParser({ onEvent: (event) => ready.push(event), onRetry });
  const text = new TextDecoder();
  for await (const bytes of body) {
    onBytes();
    parser.feed(text.decode(bytes, { stream: true }));
    const whole = ready;
    ready = [];
    yield* whole;
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
