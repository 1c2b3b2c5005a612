import { type Destination, defineDestination, type Outcome } from "@dest/core";
import type { Dispatcher } from "undici";
import { createAgent } from "./agent.js";
import { classifyFailure, classifyResponse } from "./classify.js";
import { exchange } from "./exchange.js";
import { followRedirects } from "./follow-redirects.js";
import { checkOptions, type HttpOptions, optionNames } from "./options.js";
import { ResponseRecords, requestRecord } from "./record.js";
import { isRedirect } from "./redirect.js";
import { accepts, bodyBytes, type HttpRequest, type PreparedRequest, prepare } from "./request.js";
import { signer } from "./sign.js";
import { type DispatchRequest, originOf, toDispatch } from "./to-dispatch.js";

/**
 * Sends each message as one HTTP request. Connections are pooled per origin and kept alive; an origin is also what
 * fails together (`concurrency.perGroup`, `pause`).
 */
export const http = defineDestination<readonly [request: HttpRequest], PreparedRequest, HttpOptions>(
  (options): Destination<readonly [request: HttpRequest], PreparedRequest> => {
    checkOptions(options);
    const { redirect = "follow" } = options;
    const sign = options.sign && signer(options.sign);
    const responses = new ResponseRecords();
    let agent: Dispatcher | undefined;
    return {
      kind: "http",
      apiVersion: 1,
      accepts,
      prepare,
      preparesAnew: true,
      sizeOf: bodyBytes,
      groupKey: originOf,
      open({ policy: { timeout, concurrency } }) {
        agent = createAgent(options, timeout, concurrency.perGroup);
      },
      deliver({ messages: [{ value, idempotencyKey }] }, context) {
        const signed =
          sign && ((request: DispatchRequest) => sign(request, idempotencyKey, context.clock.now()));
        const plain = toDispatch(value, idempotencyKey);
        const request = signed ? signed(plain) : plain;
        context.record({ request: requestRecord(value.url, request) });
        return exchange(agent as Dispatcher, request, context, (ended): Outcome | Promise<Outcome> => {
          if ("error" in ended) return classifyFailure(ended.error, ended.sent);
          const { response } = ended;
          if (redirect === "follow" && isRedirect(response))
            return followRedirects(agent as Dispatcher, request, response, context, signed);
          context.record({ response: responses.of(response) });
          return classifyResponse(response, context.clock);
        });
      },
      async close() {
        await agent?.destroy();
        agent = undefined;
      },
    };
  },
  optionNames,
);
