import type { Asked } from "./asked.js";
import { corsHeaders, preflightHeaders } from "./cors.js";
import type { Authorize, SseOptions } from "./options.js";
import { workflowOf } from "./route.js";

type Headers = Readonly<Record<string, string>>;

/** What a request gets: a stream, or an answer that is over at once. */
export type Answer =
  | {
      readonly status: 200;
      readonly headers: Headers;
      readonly workflow: string;
      readonly lastEventId: string | undefined;
    }
  | { readonly status: number; readonly headers: Headers; readonly body: string | null };

const methods = "GET, HEAD, OPTIONS";

const streamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // nginx would hold events back until its buffer is full.
  "x-accel-buffering": "no",
};

const noAuthorize =
  'sse: the option "authorize" is missing, so that nobody may follow this stream. Give sse({ authorize: (request) => … }), or authorize: "public" for everyone.';

export async function answerTo(asked: Asked, options: SseOptions): Promise<Answer> {
  const { method, path, query } = asked;
  const cors = corsHeaders(asked, options);
  const workflow = workflowOf(path);
  if (workflow === undefined) return refusal(404, "sse: streams are at /pipelines/<workflow>/sse", cors);
  if (method === "OPTIONS" && options.authorize !== undefined)
    return {
      status: 204,
      headers: { allow: methods, ...cors, ...preflightHeaders(asked, cors) },
      body: null,
    };
  if (method !== "GET" && method !== "HEAD" && method !== "OPTIONS")
    return refusal(405, `sse: ${methods} only`, { ...cors, allow: methods });
  const reason = await refused(asked, options.authorize);
  if (reason !== undefined) return refusal(403, reason, cors);
  const headers = { ...streamHeaders, ...cors };
  if (method === "HEAD") return { status: 200, headers, body: null };
  // The header is the newer one: a browser that reconnects repeats the address it began with.
  const lastEventId = asked.header("last-event-id") || query.get("lastEventId") || undefined;
  return { status: 200, headers, workflow, lastEventId };
}

async function refused(asked: Asked, authorize: Authorize | undefined): Promise<string | undefined> {
  if (authorize === undefined) return noAuthorize;
  if (authorize === "public") return undefined;
  try {
    return (await authorize(asked.request())) === true ? undefined : "sse: refused by authorize";
  } catch (thrown) {
    // Its message may quote what it has checked.
    const name = thrown instanceof Error ? thrown.name : typeof thrown;
    return `sse: refused, because authorize threw (${name})`;
  }
}

function refusal(status: number, text: string, headers: Headers): Answer {
  return {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", ...headers },
    body: `${text}\n`,
  };
}
