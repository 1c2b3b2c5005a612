import { type DeliverContext, DestError, type Outcome } from "@dest/core";
import type { Dispatcher } from "undici";
import { classifyFailure, classifyResponse, shownAddress } from "./classify.js";
import { exchange, type HttpResponse } from "./exchange.js";
import { responseRecord } from "./record.js";
import { isRedirect, locationOf, redirected } from "./redirect.js";
import type { DispatchRequest } from "./to-dispatch.js";

const mostRedirects = 5;

/** From a response that is a redirect to the outcome at its end. `sign` is for what stays within the first origin. */
export async function followRedirects(
  agent: Dispatcher,
  first: DispatchRequest,
  response: HttpResponse,
  context: DeliverContext,
  sign: ((request: DispatchRequest) => DispatchRequest) | undefined,
): Promise<Outcome> {
  const redirects: { status: number; method: string; url: string }[] = [];
  let request = first;
  while (isRedirect(response)) {
    const next = redirects.length < mostRedirects ? redirected(request, response) : undefined;
    if (!next) {
      context.record({ response: responseRecord(response) });
      return { status: "rejected", error: endless(response, redirects.length) };
    }
    // Who was led to another origin and back has lost its headers, and is not to be signed as that origin likes.
    request = sign && "webhook-signature" in next.headers ? sign(next) : next;
    const { origin, path, method } = request;
    redirects.push({ status: response.status, method, url: origin + path });
    context.record({ request: { redirects: [...redirects] } });
    const ended = await exchange(agent, request, context, (end) => end);
    if ("error" in ended) return classifyFailure(ended.error, ended.sent, isTaken(first, request));
    response = ended.response;
  }
  context.record({ response: responseRecord(response) });
  const outcome = classifyResponse(response, context.clock);
  if (outcome.status === "retry" && isTaken(first, request)) {
    const { code, message } = outcome.error;
    return { ...outcome, error: new DestError(code, message, { ambiguous: true }) };
  }
  if (outcome.status !== "delivered") return outcome;
  return { status: "delivered", receipt: { status: response.status, url: request.origin + request.path } };
}

// A redirect to a GET tells that the first request has been taken (RFC 9110, 15.4.4): a failure after it leaves that so.
function isTaken(first: DispatchRequest, { method }: DispatchRequest): boolean {
  return method !== first.method;
}

function endless(response: HttpResponse, followed: number): DestError {
  const reason =
    followed === mostRedirects
      ? `after ${mostRedirects} others, which is as many as are followed`
      : "where nothing can be sent to";
  const message = `the receiver answered ${response.status}, a redirect to ${shownAddress(locationOf(response))}, ${reason}`;
  return new DestError("DEST_HTTP_REDIRECT", message);
}
