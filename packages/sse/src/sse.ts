import { type Destination, defineDestination, type Policy } from "@dest/core";
import { accepts, bytesOf, type PreparedEvent, prepare, type SseEvent } from "./event.js";
import { fetchHandler } from "./fetch-handler.js";
import { Hub } from "./hub.js";
import { type NodeRequest, type NodeResponse, nodeHandler } from "./node-handler.js";
import { checkAccess, limitsOf, optionNames, type SseOptions } from "./options.js";

type Args = readonly [event: SseEvent];

/** The destination, and the server of its streams. Its functions may be passed on as they are. */
export interface Sse extends Destination<Args, PreparedEvent> {
  /** For servers of the Fetch standard. Answers GET, HEAD and OPTIONS of `…/pipelines/<workflow>/sse`, else 404 or 405. */
  fetch(request: Request): Promise<Response>;
  /** The same for Node's own servers: `createServer(live.handle)`, of `node:http`, `node:https` and `node:http2`. */
  handle(request: NodeRequest, response: NodeResponse): Promise<void>;
  /** Ends every stream. `dest.close()` calls it, unless nothing has ever been sent. */
  close(): Promise<void>;
}

/** Runs without a workflow publish to this one. */
const defaultWorkflow = "default";

/**
 * Publishes each message to the stream of its run's workflow, in the order of the commits, and serves these streams.
 * Streams live in this process: of several that share an outbox, each serves only what it delivers itself.
 */
export const sse = defineDestination<Args, PreparedEvent, SseOptions>((options): Sse => {
  checkAccess(options);
  const hub = new Hub(limitsOf(options));
  return {
    kind: "sse",
    apiVersion: 1,
    accepts,
    prepare,
    sizeOf: bytesOf,
    open({ warn }) {
      hub.open(warn);
    },
    // Nothing is awaited before it is published: attempts start in order, and this is what keeps it.
    async deliver({ messages: [{ id, value, origin }] }, context) {
      const workflow = origin.workflow ?? defaultWorkflow;
      context.record({ request: { workflow, channel: value.channel, data: value.data } });
      return { status: "delivered", receipt: hub.publish(id, workflow, value) };
    },
    async close() {
      hub.close();
    },
    fetch: fetchHandler(hub, options),
    handle: nodeHandler(hub, options),
  };
}, optionNames) as (options?: SseOptions & Policy) => Sse;
