import type { ArgsByName, Dest, JsonValue, Origin, SendOptions } from "@dest/core";

// The bus does not know which destinations there are; their arguments are checked when they are called.
// biome-ignore lint/suspicious/noExplicitAny: an index signature would make each of them possibly undefined
type AnySend = any;

/** What a listener is told beside the event. */
export interface ListenerContext {
  /** Its sends are a run of their own, committed when the listener has ended, discarded when it throws. */
  readonly $: {
    readonly id: string;
    readonly send: AnySend;
    with(options: SendOptions): { readonly send: AnySend };
  };
  /** The workflow whose run emitted; `"default"` for runs without one. */
  readonly emitter: string;
  /** The channel; null without one. */
  readonly name: string | null;
  /** Of the message: the same when it comes again. */
  readonly id: string;
  /** What an envelope `{ raw_event, event }` had as `event`, where that is no name. */
  readonly summary?: JsonValue;
  /** Aborts when the attempt's time is over. */
  readonly signal: AbortSignal;
}

/** What it throws is a failed attempt, repeated for this listener alone. */
// biome-ignore lint/suspicious/noExplicitAny: what is emitted is between the two
export type Listener = (event: any, context: ListenerContext) => unknown;

/** What `createWorkflow` of `@dest/workflow` makes, as far as it is needed. */
export interface WorkflowLike {
  readonly id: string;
  run(
    dest: Pick<Dest<ArgsByName>, "begin">,
    options: { event: unknown; runId: string; parent: Origin & { id: string } },
  ): Promise<{ readonly error?: unknown }>;
}

/** A function, a workflow, or the URL of a webhook. */
export type Target = Listener | WorkflowLike | string | URL;

/** Which events: of this emitter, of this name. Default: all. */
export interface Filter {
  readonly emitter?: string | undefined;
  readonly event?: string | undefined;
}

export function matches({ emitter, event }: Filter, from: string, name: string | null): boolean {
  return (emitter === undefined || emitter === from) && (event === undefined || event === name);
}
