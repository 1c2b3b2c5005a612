import { type Destination, defineDestination } from "@dest/core";
import { Agent, type Dispatcher } from "undici";
import { classifyFailure, classifyResponse } from "./classify.js";
import { exchange } from "./exchange.js";
import { requestRecord, responseRecord } from "./record.js";
import { accepts, bodyBytes, type HttpRequest, type PreparedRequest, prepare } from "./request.js";
import { originOf, toDispatch } from "./to-dispatch.js";

/** Milliseconds an idle connection is kept for the next request. */
const keepAlive = 30_000;
/** Milliseconds; operating systems give up opening a connection before. */
const longestConnect = 300_000;

/** Options of its own come with later versions; it takes the whole policy. */
export type HttpOptions = object;

/**
 * Sends each message as one HTTP request. Connections are pooled per origin and kept alive; an origin is also what
 * fails together (`concurrency.perGroup`, `pause`).
 */
export const http = defineDestination<
  readonly [request: HttpRequest],
  PreparedRequest,
  HttpOptions
>((): Destination<readonly [request: HttpRequest], PreparedRequest> => {
  let agent: Dispatcher | undefined;
  return {
    kind: "http",
    apiVersion: 1,
    accepts,
    prepare,
    sizeOf: bodyBytes,
    groupKey: originOf,
    open({ policy: { timeout } }) {
      // The attempt's one time limit is core's; undici's own would only add others to it. Only a connection that is
      // being opened cannot be aborted: it ends by itself, later than the attempt.
      const connectTimeout = Math.min(timeout, longestConnect) + 1_000;
      agent = new Agent({ keepAliveTimeout: keepAlive, connectTimeout, headersTimeout: 0, bodyTimeout: 0 });
    },
    async deliver({ messages: [message] }, context) {
      const request = toDispatch(message.value, message.idempotencyKey);
      context.record({ request: requestRecord(message.value.url, request) });
      const ended = await exchange(agent as Dispatcher, request, context);
      if ("error" in ended) return classifyFailure(ended.error, ended.sent);
      context.record({ response: responseRecord(ended.response) });
      return classifyResponse(ended.response, context.clock.now());
    },
    async close() {
      await agent?.destroy();
      agent = undefined;
    },
  };
}, []);
