import { type ArgsByName, DestError, invalidOption, type OpenRun } from "@dest/core";
import { atCaller } from "./at-caller.js";
import type { DelayUrls } from "./delay.js";
import { notSupported } from "./not-supported.js";

/** `$.flow` */
export interface Flow {
  /** Ends the workflow: what was sent is delivered, nothing after it is sent, and no later step runs. */
  exit(reason?: string): never;
  /**
   * When the step has ended, what was sent so far is committed and the workflow waits for so many milliseconds, or until
   * one of the URLs is followed. Of several calls in a step the last one counts.
   */
  delay(ms: number, context?: unknown): DelayUrls;
  /** Gives this step its whole time again. Returns when it will be over, in ISO 8601. */
  refreshTimeout(): string;
  suspend(ms?: number, context?: unknown): never;
  rerun(ms?: number, context?: unknown, maxRetries?: number): never;
}

/** What `$.flow` does to the workflow that runs. */
export interface FlowNotes {
  exited(reason: string | undefined): void;
  delay(ms: number): DelayUrls;
  /** Epoch milliseconds of the new end. */
  refreshTimeout(): number;
}

const latestDate = 8.64e15;

export function flowOf<M extends ArgsByName>(run: OpenRun<M>, notes: FlowNotes): Flow {
  const flow: Flow = {
    exit(reason) {
      // Ended here and not when the step has: what code that catches the error below sends must not go out.
      // runWorkflow commits too and is told the same.
      run.commit().catch(() => undefined);
      notes.exited(reason);
      const because = reason === undefined ? "" : `: ${reason}`;
      throw new DestError("DEST_FLOW_EXIT", `$.flow.exit ended the workflow${because}`);
    },
    delay: (ms) => atCaller(flow.delay, () => notes.delay(milliseconds(ms))),
    refreshTimeout: () => new Date(Math.min(notes.refreshTimeout(), latestDate)).toISOString(),
    suspend: notSupported(
      "flow.suspend",
      "$.flow.delay waits for a given time or until its resume_url is followed",
    ),
    rerun: notSupported(
      "flow.rerun",
      "loop inside the step, or call runWorkflow again from your own program",
    ),
  };
  return flow;
}

// Code that was never typed also gives texts.
function milliseconds(given: unknown): number {
  const ms = typeof given === "string" && given !== "" ? Number(given) : given;
  if (typeof ms === "number" && ms >= 0 && ms < Number.POSITIVE_INFINITY) return ms;
  throw invalidOption("$.flow.delay", given, "takes milliseconds");
}
