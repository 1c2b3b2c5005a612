import type { Asked } from "./asked.js";
import type { SseOptions } from "./options.js";

type Headers = Readonly<Record<string, string>>;

/** What lets a page of another origin read the answer, by the Fetch standard, 3.2. */
export function corsHeaders(asked: Asked, { authorize, cors }: SseOptions): Headers {
  const allowed = cors?.origin ?? (authorize === "public" ? "*" : []);
  if (allowed === "*" || allowed.includes("*")) return { "access-control-allow-origin": "*" };
  if (allowed.length === 0) return {};
  const origin = asked.header("origin");
  // Caches are told that the answer depends on who asks, also where the answer is no.
  const vary = { vary: "origin" };
  if (origin === undefined || !(allowed === origin || (Array.isArray(allowed) && allowed.includes(origin))))
    return vary;
  const headers = { ...vary, "access-control-allow-origin": origin };
  return cors?.credentials ? { ...headers, "access-control-allow-credentials": "true" } : headers;
}

/** The answer to a browser that asks before it sends headers of the page's own. */
export function preflightHeaders(asked: Asked, cors: Headers): Headers {
  const wanted = asked.header("access-control-request-headers");
  if (asked.header("access-control-request-method") === undefined || !cors["access-control-allow-origin"])
    return {};
  return {
    "access-control-allow-methods": "GET, HEAD",
    "access-control-max-age": "600",
    ...(wanted === undefined ? {} : { "access-control-allow-headers": wanted }),
  };
}
