import type { HttpResponse } from "./exchange.js";
import type { DispatchRequest } from "./to-dispatch.js";

const redirects = new Set([301, 302, 303, 307, 308]);
// Fetch standard, "request-body-header name".
const bodyHeaders = ["content-encoding", "content-language", "content-location", "content-type"];
/**
 * What another origin gets of the headers. The Fetch standard names those that it must not get; here any header may
 * hold a secret of the user's, so these are the ones known to hold none.
 */
const publicHeaders = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "idempotency-key",
  "user-agent",
  ...bodyHeaders,
]);

/** Whether it is one to follow: without a `Location` it leads nowhere. */
export function isRedirect(response: HttpResponse): boolean {
  return redirects.has(response.status) && locationOf(response) !== undefined;
}

export function locationOf({ headers: { location } }: HttpResponse): string | undefined {
  return typeof location === "string" ? location : location?.[0];
}

/**
 * The request that a redirect asks for, by the Fetch standard's HTTP-redirect fetch. Another origin gets neither
 * credentials nor headers of the user's own; userinfo in the location is not used. Undefined: it leads to what is
 * neither http nor https.
 */
export function redirected(request: DispatchRequest, response: HttpResponse): DispatchRequest | undefined {
  const target = parse(locationOf(response) ?? "", request.origin + request.path);
  if (target === undefined) return undefined;
  const { status } = response;
  const { method } = request;
  const becomesGet =
    ((status === 301 || status === 302) && method === "POST") ||
    (status === 303 && method !== "GET" && method !== "HEAD");
  const isSameOrigin = target.origin === request.origin;
  const isKept = (name: string) =>
    // It named the host of the request before.
    name !== "host" &&
    (isSameOrigin || publicHeaders.has(name)) &&
    !(becomesGet && bodyHeaders.includes(name));
  return {
    origin: target.origin,
    path: target.pathname + target.search,
    method: becomesGet ? "GET" : method,
    headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => isKept(name))),
    body: becomesGet ? null : request.body,
  };
}

function parse(location: string, base: string): URL | undefined {
  try {
    // The bytes of a header come as Latin-1; servers write UTF-8.
    const url = new URL(Buffer.from(location, "latin1").toString("utf8"), base);
    return url.protocol === "http:" || url.protocol === "https:" ? url : undefined;
  } catch {
    return undefined;
  }
}
