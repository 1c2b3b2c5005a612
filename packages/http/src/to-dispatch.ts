import type { PreparedRequest } from "./request.js";

/** What undici's `dispatch` takes. */
export interface DispatchRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "TRACE" | "PATCH";
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
}

const userAgent = "dest";

/** The request of one attempt. A user's own `Idempotency-Key` wins over the message's. */
export function toDispatch(prepared: PreparedRequest, idempotencyKey: string): DispatchRequest {
  const { method, url, headers, body = null } = prepared;
  const end = endOfOrigin(url);
  return {
    origin: url.slice(0, end),
    path: url.slice(end),
    method: method as DispatchRequest["method"],
    headers: { "user-agent": userAgent, "idempotency-key": headerSafe(idempotencyKey), ...headers },
    body,
  };
}

/** The origin of a prepared URL, which has been through the URL parser: a slash always follows it. */
export function originOf({ url }: PreparedRequest): string {
  return url.slice(0, endOfOrigin(url));
}

function endOfOrigin(url: string): number {
  return url.indexOf("/", url.indexOf("//") + 2);
}

// A run id or key is the user's text; a header takes visible ASCII.
function headerSafe(text: string): string {
  return /^[\x21-\x7e]+$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}
