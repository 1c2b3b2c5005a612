import {
  type Batch,
  type DeliverContext,
  DestError,
  type Destination,
  defineDestination,
  invalidOption,
  type JsonValue,
  type OpenContext,
  type Outcome,
  type Policy,
} from "@dest/core";
import { call, runIdOf } from "./call.js";
import { Chains } from "./chains.js";
import { type Emission, prepare } from "./emission.js";
import { History } from "./history.js";
import type { Filter, Listener, Target } from "./listener.js";
import { Listeners } from "./listeners.js";
import { checkOptions, type EmitOptions, optionNames } from "./options.js";
import { restHandler } from "./rest.js";

type Args = readonly [event: unknown, channel?: string];

/** The destination, and who listens to it. Its functions may be passed on as they are. */
export interface Emit extends Destination<Args, Emission> {
  /**
   * Calls `listener` for each event that matches; answers the function that ends it. `id` is what repeated attempts know
   * it by, by default its number in the order of the calls.
   */
  on(filter: Filter, listener: Listener, options?: { readonly id?: string | undefined }): () => void;
  /** Names a listener, for subscriptions. Answers the function that takes it and its subscriptions away. */
  listen(id: string, target: Target): () => void;
  /** What `POST /v1/subscriptions` does. Answers the function that ends it. Throws `DEST_EMIT_UNKNOWN`. */
  subscribe(emitter: string, listenerId: string, event?: string): () => void;
  /** `/v1/subscriptions` and `/v1/workflows/<id>/event_summaries`, below any path. */
  fetch(request: Request): Promise<Response>;
}

/** Of runs without a workflow. */
const defaultEmitter = "default";

/**
 * Gives each event to those in this process who listen: functions, workflows and webhooks. Of several processes that
 * share an outbox, each calls the listeners of its own for what it delivers itself.
 */
export const emit = defineDestination<Args, Emission, EmitOptions>((options): Emit => {
  checkOptions(options);
  const { envelope = "auto", history: most = 100, maxDepth = 32, webhook = "http" } = options;
  const listeners = new Listeners();
  const history = new History(most);
  const chains = new Chains();
  let begin: OpenContext["begin"];

  async function deliver(
    batch: Batch<Emission>,
    { signal, clock, record }: DeliverContext,
  ): Promise<Outcome> {
    const [message] = batch.messages;
    const { id, value, origin } = message;
    const emitter = origin.workflow ?? defaultEmitter;
    const chain = chains.of(origin.runId, emitter);
    if (origin.depth >= maxDepth) return tooDeep(maxDepth, chain);
    history.add(emitter, { id, at: clock.now(), event: value.event, name: value.name });
    const called = listeners.of(emitter, value.name);
    record({ request: { emitter, name: value.name, listeners: called.map((one) => one.id) } });
    const done = doneBefore(batch.progress);
    const failures: { readonly id: string; readonly thrown: unknown }[] = [];
    await Promise.all(
      called.map(async (one) => {
        if (done.has(one.id)) return;
        chains.begin(runIdOf(id, one.id), chain);
        try {
          await call(one, { message, emitter, signal, webhook, begin });
          done.add(one.id);
        } catch (thrown) {
          failures.push({ id: one.id, thrown });
        }
      }),
    );
    if (failures.length > 0) return failed(failures, [...done]);
    return { status: "delivered", receipt: { listeners: called.map((one) => one.id) } };
  }

  return {
    kind: "emit",
    apiVersion: 1,
    // Listeners may be workflows, whose steps may take five minutes each.
    policy: { timeout: 900_000 },
    prepare: (event, channel) => prepare(event, channel, envelope),
    open(context) {
      begin = context.begin;
    },
    deliver,
    on(filter, listener, { id } = {}) {
      if (typeof listener !== "function") throw invalidOption("listener", listener, "must be a function");
      return listeners.on(filter, listener, id);
    },
    listen(id, target) {
      checkTarget(target);
      return listeners.listen(id, target);
    },
    subscribe(emitter, listenerId, event) {
      if (!listeners.isNamed(listenerId)) throw unknown(listenerId);
      const filter = { emitter, event };
      listeners.subscribe(listenerId, filter);
      return () => void listeners.unsubscribe(listenerId, filter);
    },
    fetch: restHandler(listeners, history, options.authorize),
  };
}, optionNames) as (options?: EmitOptions & Policy) => Emit;

function doneBefore(progress: JsonValue | undefined): Set<string> {
  const isList = typeof progress === "object" && progress !== null && "done" in progress;
  return new Set(isList && Array.isArray(progress.done) ? (progress.done as string[]) : []);
}

function failed(failures: readonly { id: string; thrown: unknown }[], done: readonly string[]): Outcome {
  const said = failures.map(({ id, thrown }) => `listener ${id}: ${textOf(thrown)}`).join("; ");
  const [first] = failures;
  const isFinal = failures.every(({ thrown }) => DestError.is(thrown) && thrown.retryable === false);
  const error = new DestError("DEST_EMIT_LISTENER", said, { cause: first?.thrown, retryable: !isFinal });
  if (isFinal) return { status: "rejected", error };
  return { status: "retry", error, progress: { done } };
}

function textOf(thrown: unknown): string {
  if (DestError.is(thrown)) return `${thrown.code}: ${thrown.message}`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function tooDeep(maxDepth: number, chain: readonly string[]): Outcome {
  const message = `${maxDepth} events led to this one, which is as many as maxDepth allows: ${chain.join(" → ")}`;
  return { status: "rejected", error: new DestError("DEST_EMIT_DEPTH", message, { retryable: false }) };
}

function checkTarget(target: unknown): void {
  if (typeof target === "function") return;
  const isUrl = typeof target === "string" || target instanceof URL;
  if (isUrl && URL.canParse(String(target))) return;
  const isWorkflow = typeof (target as { run?: unknown } | null)?.run === "function";
  if (isWorkflow && !isUrl) return;
  throw invalidOption("target", target, "must be a function, a workflow, or the URL of a webhook");
}

function unknown(id: string): DestError {
  return new DestError(
    "DEST_EMIT_UNKNOWN",
    `no listener is called ${JSON.stringify(id)}: give it to bus.listen()`,
    {
      retryable: false,
    },
  );
}
