import { answerTo } from "./answer.js";
import { askedBy } from "./asked.js";
import type { Client } from "./client.js";
import { comeBack } from "./frame.js";
import type { Hub } from "./hub.js";
import type { SseOptions } from "./options.js";

/** Bytes that wait in the body for its reader, before they wait in the client, where they count. */
const bodyBytes = 16 * 1_024;

/** Serves whoever speaks the Fetch standard: Hono, Next, Bun, Deno. */
export function fetchHandler(hub: Hub, options: SseOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const answer = await answerTo(askedBy(request), options);
    const { status, headers } = answer;
    if ("body" in answer) return new Response(answer.body, { status, headers });
    if (hub.isClosed) return new Response(comeBack, { headers });
    return new Response(bodyOf(hub, answer.workflow, answer.lastEventId, request.signal), { headers });
  };
}

function bodyOf(
  hub: Hub,
  workflow: string,
  lastEventId: string | undefined,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  let client: Client | undefined;
  const leave = () => {
    signal.removeEventListener("abort", leave);
    if (client) hub.leave(workflow, client);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // The servers of Bun and Deno abort the request's signal, others cancel the body.
        signal.addEventListener("abort", leave);
        client = hub.join(workflow, lastEventId, {
          write(bytes) {
            controller.enqueue(bytes);
            return (controller.desiredSize ?? 0) > 0;
          },
          end() {
            signal.removeEventListener("abort", leave);
            controller.close();
          },
          cut() {
            signal.removeEventListener("abort", leave);
            controller.error(new Error("too much of the stream was left unread"));
          },
        });
        if (signal.aborted) leave();
      },
      pull() {
        client?.drained();
      },
      cancel: leave,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bodyBytes }),
  );
}
