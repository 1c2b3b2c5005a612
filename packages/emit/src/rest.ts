import type { Emitted, History } from "./history.js";
import type { Filter } from "./listener.js";
import type { Listeners } from "./listeners.js";
import type { Authorize } from "./options.js";

const summaries = /\/v1\/workflows\/([^/]+)\/event_summaries\/?$/;
const subscriptions = /\/v1\/subscriptions\/?$/;
const defaultPage = 10;
const longestPage = 100;

/** The REST calls of Pipedream's API that are about emitting. */
export function restHandler(
  listeners: Listeners,
  history: History,
  authorize: Authorize | undefined,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const refusal = await refused(request, authorize);
    if (refusal !== undefined) return fault(401, refusal);
    const { pathname, searchParams } = new URL(request.url);
    const { method } = request;
    if (subscriptions.test(pathname)) {
      if (method === "POST" || method === "DELETE") return subscribe(method, searchParams, listeners);
      return fault(405, "POST or DELETE");
    }
    const emitter = decoded(summaries.exec(pathname)?.[1]);
    if (emitter === undefined)
      return fault(404, "there is /v1/subscriptions and /v1/workflows/<id>/event_summaries");
    return method === "GET" ? summariesOf(emitter, searchParams, history) : fault(405, "GET");
  };
}

function subscribe(method: "POST" | "DELETE", query: URLSearchParams, listeners: Listeners): Response {
  const emitter = query.get("emitter_id");
  const id = query.get("listener_id");
  const event = query.get("event_name") || undefined;
  if (!emitter || !id) return fault(400, "emitter_id and listener_id are needed");
  if (!listeners.isNamed(id)) return fault(404, `no listener is called ${id}: give it to bus.listen()`);
  const filter: Filter = { emitter, event };
  if (method === "POST") listeners.subscribe(id, filter);
  else if (!listeners.unsubscribe(id, filter)) return fault(404, "there is no such subscription");
  return Response.json({ data: { emitter_id: emitter, listener_id: id, event_name: event ?? null } });
}

function summariesOf(emitter: string, query: URLSearchParams, history: History): Response {
  const limit = Number(query.get("limit") ?? defaultPage);
  if (!(Number.isInteger(limit) && limit > 0)) return fault(400, "limit is a whole number of at least 1");
  const after = query.get("after");
  const before = after === null ? undefined : numberOf(after);
  if (after !== null && before === undefined)
    return fault(400, "after is an end_cursor of an earlier answer");
  const { total, events } = history.page(emitter, Math.min(limit, longestPage), before);
  const isExpanded = query.get("expand") === "event";
  return Response.json({
    page_info: {
      total_count: total,
      count: events.length,
      start_cursor: cursorOf(events[0]),
      end_cursor: cursorOf(events.at(-1)),
    },
    data: events.map(({ id, at, event, name }) => ({
      id,
      indexed_at_ms: at,
      ...(isExpanded ? { event: { raw_event: event } } : {}),
      metadata: { emit_id: id, name, emitter_id: emitter },
    })),
  });
}

/** A number, so that what arrives meanwhile moves no page. */
function cursorOf(emitted: Emitted | undefined): string | null {
  return emitted ? Buffer.from(String(emitted.number)).toString("base64url") : null;
}

function numberOf(cursor: string): number | undefined {
  const text = Buffer.from(cursor, "base64url").toString();
  return /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : undefined;
}

function decoded(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

async function refused(request: Request, authorize: Authorize | undefined): Promise<string | undefined> {
  if (authorize === undefined)
    return 'the option "authorize" is missing, so that nobody is served. Give emit({ authorize: (request) => … }), or authorize: "public" for everyone';
  if (authorize === "public") return undefined;
  try {
    return (await authorize(request)) === true ? undefined : "refused by authorize";
  } catch (thrown) {
    // Its message may quote what it has checked.
    return `refused, because authorize threw (${thrown instanceof Error ? thrown.name : typeof thrown})`;
  }
}

function fault(status: number, error: string): Response {
  const headers = status === 401 ? { "www-authenticate": "Bearer" } : {};
  return Response.json({ error: `emit: ${error}` }, { status, headers });
}
