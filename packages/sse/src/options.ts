import { invalidOption } from "@dest/core";

/** Options of `sse()` beside the policy every destination takes. */
export interface SseOptions {
  /**
   * Who may follow a stream: a function that says so of each request (what it throws refuses), or `"public"` for
   * everyone. Without it every request is answered 403.
   */
  readonly authorize?: Authorize | undefined;
  /** Events per workflow that are kept for those who connect or come back. Default 100. */
  readonly history?: number | undefined;
  /** Bytes of all histories together; beyond it the workflows that were sent to longest ago lose theirs. Default 64 MiB. */
  readonly historyBytes?: number | undefined;
  /** Milliseconds between `:keepalive` comments, which keep proxies from ending a silent stream. Default 15,000. */
  readonly keepAlive?: number | undefined;
  /**
   * Bytes of new events that a client may leave unread; with more it is cut off and a `warning` event says so. What it is
   * sent on connecting does not count. Default 1 MiB.
   */
  readonly maxBuffered?: number | undefined;
  /** Pages of which other origins may follow. Default: every one where `authorize` is `"public"`, else none. */
  readonly cors?: CorsOptions | undefined;
}

export type Authorize = ((request: Request) => boolean | Promise<boolean>) | "public";

export interface CorsOptions {
  /** As in `"https://example.com"`, one or several, or `"*"`. */
  readonly origin: string | readonly string[];
  /** `true`: with cookies (`new EventSource(url, { withCredentials: true })`), for named origins only. Default `false`. */
  readonly credentials?: boolean | undefined;
}

export interface Limits {
  readonly history: number;
  readonly historyBytes: number;
  readonly keepAlive: number;
  readonly maxBuffered: number;
}

export const optionNames = [
  "authorize",
  "history",
  "historyBytes",
  "keepAlive",
  "maxBuffered",
  "cors",
] as const satisfies readonly (keyof SseOptions)[];

const longestTimer = 2 ** 31 - 1;

/** With defaults filled in; throws `DEST_INVALID_OPTION`. */
export function limitsOf(options: SseOptions): Limits {
  const { history = 100, historyBytes = 64 * 1_024 * 1_024 } = options;
  const { keepAlive = 15_000, maxBuffered = 1_024 * 1_024 } = options;
  whole("history", history, 0);
  whole("historyBytes", historyBytes, 0);
  whole("keepAlive", keepAlive, 1, longestTimer);
  whole("maxBuffered", maxBuffered, 1);
  return { history, historyBytes, keepAlive, maxBuffered };
}

/** Throws `DEST_INVALID_OPTION`. */
export function checkAccess({ authorize, cors }: SseOptions): void {
  if (authorize !== undefined && authorize !== "public" && typeof authorize !== "function")
    throw invalidOption("authorize", authorize, 'must be a function or "public"');
  if (cors === undefined) return;
  if (typeof cors !== "object" || cors === null) throw invalidOption("cors", cors, "must be an object");
  const { origin, credentials = false, ...others } = cors;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalidOption("cors", unknown, "takes origin and credentials");
  const origins: readonly unknown[] = Array.isArray(origin) ? origin : [origin];
  if (origins.length === 0) throw invalidOption("cors.origin", origin, "must name an origin");
  for (const one of origins) checkOrigin(one);
  if (typeof credentials !== "boolean")
    throw invalidOption("cors.credentials", credentials, "must be true or false");
  if (credentials && origins.includes("*"))
    throw invalidOption("cors.credentials", credentials, "needs origins by name, as browsers take no *");
}

// Browsers compare it as text: with a path or a slash at its end it would never match.
function checkOrigin(origin: unknown): void {
  if (origin === "*") return;
  if (typeof origin === "string" && URL.canParse(origin) && new URL(origin).origin === origin) return;
  throw invalidOption("cors.origin", origin, 'must be an origin such as "https://example.com", or "*"');
}

function whole(name: string, value: unknown, least: number, most: number = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw invalidOption(name, value, `must be a whole number ${range}`);
}
