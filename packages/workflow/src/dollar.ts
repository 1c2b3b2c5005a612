import type { ArgsByName, OpenRun, SendOptions } from "@dest/core";
import { atCaller } from "./at-caller.js";
import { type Flow, type FlowNotes, flowOf } from "./flow.js";
import type { HttpResponse } from "./http-response.js";
import { notSupported } from "./not-supported.js";
import { exported, type TriggerContext } from "./steps.js";

/** What a step calls `$`. */
export interface StepDollar {
  readonly send: StepSend;
  /** The same `send`, with options that every destination has. */
  with(options: SendOptions): { readonly send: StepSend };
  /** Later steps read it as `steps.<this step>.<name>`. */
  export(name: string, value: unknown): void;
  /**
   * The HTTP response of a workflow that an HTTP request started. The last one counts. Resolves when the body is read,
   * or, with `immediate`, when the response is sent.
   */
  respond(response: HttpResponse): Promise<void>;
  readonly flow: Flow;
  readonly context: StepContext;
}

// Unedited code knows no types of what is registered.
// biome-ignore lint/suspicious/noExplicitAny: see above
type SendFunction = any;

/**
 * A function under every name: where nothing is registered it throws `DEST_UNKNOWN_DESTINATION`. The five are those of
 * the published types.
 */
export interface StepSend {
  readonly http: SendFunction;
  readonly email: SendFunction;
  readonly emit: SendFunction;
  readonly s3: SendFunction;
  readonly sse: SendFunction;
  readonly [destination: string]: SendFunction;
}

/** As `steps.trigger.context`, and what code asks that tells a first run from a repeated one: it is always the first. */
export interface StepContext extends TriggerContext {
  readonly attempt: 1;
  readonly run: { readonly runs: 1 };
  readonly replay: false;
  readonly test: false;
  /** The run id. */
  readonly trace_id: string;
}

/** What `$` does to the workflow that runs. */
export interface StepNotes extends FlowNotes {
  /** `steps.<name>` */
  readonly exports: Record<string, unknown>;
  readonly context: TriggerContext;
  /** Throws at once for what cannot be sent. */
  respond(response: HttpResponse): Promise<void>;
}

/** The `$` of one step. A plain object: user code takes it apart and spreads it. */
export function dollarOf<M extends ArgsByName>(step: string, run: OpenRun<M>, notes: StepNotes): StepDollar {
  const sending = run.as(step);
  const $: Omit<StepDollar, "context"> = {
    send: sending.send as unknown as StepSend,
    with: (options) => sending.with(options) as unknown as { readonly send: StepSend },
    export(name, value) {
      notes.exports[name] = exported(value);
    },
    respond: (response) => atCaller($.respond, () => notes.respond(response)),
    flow: flowOf(run, notes),
  };
  Object.defineProperty($, "context", { enumerable: true, get: () => contextOf(notes.context) });
  // Not enumerable, so that `{ ...$ }` does not fail.
  Object.defineProperty($, "files", { get: notSupported("files", "read and write files with node:fs") });
  return $ as StepDollar;
}

function contextOf(trigger: TriggerContext): StepContext {
  return { ...trigger, attempt: 1, run: { runs: 1 }, replay: false, test: false, trace_id: trigger.id };
}
