import { Memo } from "./memo.js";
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
  const { method, url, headers: own, body = null } = prepared;
  const { origin, path } = parts.get(url);
  const headers: Record<string, string> = {
    "user-agent": userAgent,
    "idempotency-key": headerSafe(idempotencyKey),
  };
  for (const name in own) headers[name] = own[name] as string;
  return { origin, path, method: method as DispatchRequest["method"], headers, body };
}

/** The origin of a prepared URL, which has been through the URL parser: a slash always follows it. */
export function originOf({ url }: PreparedRequest): string {
  return parts.get(url).origin;
}

// One text for all requests to an origin: whoever groups by it has its hash already.
const parts = new Memo((url) => {
  const end = url.indexOf("/", url.indexOf("//") + 2);
  return { origin: url.slice(0, end), path: url.slice(end) };
});

// A run id or key is the user's text; a header takes visible ASCII.
function headerSafe(text: string): string {
  return /^[\x21-\x7e]+$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}
