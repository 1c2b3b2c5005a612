import { type ArgsByName, jsonCopy, type OpenRun } from "@dest/core";

type RunIdentity = Pick<OpenRun<ArgsByName>, "id" | "clock">;

/** What steps have said so far, by name, and under `trigger` what started the workflow. */
export interface Steps {
  readonly trigger: Trigger;
  // biome-ignore lint/suspicious/noExplicitAny: what a step exports only its reader knows
  readonly [step: string]: any;
}

export interface Trigger {
  // biome-ignore lint/suspicious/noExplicitAny: events have any shape
  readonly event: any;
  readonly context: TriggerContext;
}

export interface TriggerContext {
  /** The run id, which message ids begin with. */
  readonly id: string;
  /** When the run began, in ISO 8601. */
  readonly ts: string;
  readonly workflow_id: string;
  /** The older name of `workflow_id`. */
  readonly pipeline_id: string;
}

/** The event is copied: a step that changes it must not change the caller's. */
export function triggerOf(event: unknown, { id, clock }: RunIdentity, workflowId: string): Trigger {
  return {
    event: event === undefined ? {} : jsonCopy("event", event),
    context: {
      id,
      ts: new Date(clock.now()).toISOString(),
      workflow_id: workflowId,
      pipeline_id: workflowId,
    },
  };
}

/**
 * A step's value as later steps see it, which is what JSON keeps of it: a date has become text. Unlike a payload it may
 * hold what JSON empties; code that returns a whole response reads none of that.
 */
export function exported(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}
