import type { IncomingMessage, ServerResponse } from "node:http";
import { constants, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { answerTo } from "./answer.js";
import { comeBack } from "./frame.js";
import type { Hub } from "./hub.js";
import { askedOfNode } from "./node-request.js";
import type { SseOptions } from "./options.js";
import type { Sink } from "./sink.js";

export type NodeRequest = IncomingMessage | Http2ServerRequest;
export type NodeResponse = ServerResponse | Http2ServerResponse;

/** Serves Node's own servers, of HTTP/1.1 and HTTP/2. The promise resolves when the answer has begun. */
export function nodeHandler(
  hub: Hub,
  options: SseOptions,
): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  return async (request, response) => {
    let isGone = false;
    let onGone = () => {
      isGone = true;
    };
    response.once("close", () => onGone());
    const answer = await answerTo(askedOfNode(request), options);
    if (isGone) return;
    response.writeHead(answer.status, answer.headers);
    if ("body" in answer) return end(response, answer.body);
    if (hub.isClosed) return end(response, comeBack);
    // That of HTTP/2 has it, too, which its types do not say.
    (response as ServerResponse).flushHeaders();
    const { workflow } = answer;
    const client = hub.join(workflow, answer.lastEventId, sinkOf(response as ServerResponse));
    (response as ServerResponse).on("drain", () => client.drained());
    onGone = () => hub.leave(workflow, client);
  };
}

function end(response: NodeResponse, body: string | Uint8Array | null): void {
  (response as ServerResponse).end(body ?? undefined);
}

function sinkOf(response: ServerResponse | (ServerResponse & Http2ServerResponse)): Sink {
  return {
    write: (bytes) => response.write(bytes),
    end: () => void response.end(),
    cut() {
      // HTTP/2 has a word for it (RFC 9113, 7), HTTP/1.1 none.
      if ("stream" in response) response.stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      else response.destroy();
    },
  };
}
