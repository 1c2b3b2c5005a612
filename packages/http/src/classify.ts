import { type Clock, DestError, type Outcome } from "@dest/core";
import type { HttpResponse } from "./exchange.js";
import { retryAfter } from "./retry-after.js";

// RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4: the same request may succeed later.
const transient = new Set([408, 425, 429]);

// One for all that are alike.
const receipts: { [status: number]: Outcome } = Object.fromEntries(
  [200, 201, 202, 204].map((status) => [status, delivered(status)]),
);

function delivered(status: number): Outcome {
  return { status: "delivered", receipt: { status } };
}

/** What a response means for the message. The clock is for a Retry-After that is a date. */
export function classifyResponse(
  { status, headers, body }: HttpResponse,
  clock: Pick<Clock, "now">,
): Outcome {
  if (status >= 200 && status < 300) return receipts[status] ?? delivered(status);
  const error = new DestError(
    "DEST_HTTP_STATUS",
    `the receiver answered ${status}${hint(status, headers, body)}`,
  );
  if (status < 500 && !transient.has(status)) return { status: "rejected", error };
  const afterMs = retryAfter(headers["retry-after"], clock.now());
  return afterMs === undefined ? { status: "retry", error } : { status: "retry", error, afterMs };
}

/** Failures before the connection stood: nothing can have arrived. */
const unsent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/**
 * What a failure without a response means: it may pass. `sent`: the request had begun to be sent. `taken`: one before it,
 * which led here, has been taken.
 */
export function classifyFailure(cause: Error & { code?: string }, sent: boolean, taken = false): Outcome {
  if (DestError.is(cause)) return { status: cause.retryable === false ? "rejected" : "retry", error: cause };
  const { code = cause.name } = cause;
  const message = messageOf(cause);
  const text = message === "" || message.includes(code) ? message : `${code}: ${message}`;
  const ambiguous = taken || (sent && !unsent.has(code));
  return { status: "retry", error: new DestError("DEST_NETWORK", text || code, { cause, ambiguous }) };
}

// A name with several addresses fails once for each, and the whole then has no message of its own.
function messageOf(cause: Error): string {
  if (cause.message !== "" || !(cause instanceof AggregateError)) return cause.message;
  return cause.errors
    .map((error: unknown) => (error instanceof Error ? error.message : String(error)))
    .join("; ");
}

// Without what may hold a secret; the recorded response has it whole.
export function shownAddress(location: string | string[] | undefined = "nowhere"): string {
  return String(location)
    .replace(/\/\/[^/?#]*@/, "//…@")
    .replace(/[?#].*/s, "?…");
}

function hint(status: number, headers: HttpResponse["headers"], body: Buffer): string {
  if (status >= 300 && status < 400)
    return `, a redirect to ${shownAddress(headers.location)}${headers.location ? ": send to that address instead" : ""}`;
  const [line = ""] = body.subarray(0, 200).toString("utf8").trim().split("\n");
  return line === "" ? "" : `: ${line}`;
}
