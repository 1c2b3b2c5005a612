import { type ArgsByName, DestError, type OpenRun, type SendOptions } from "@dest/core";
import { exported } from "./steps.js";

/** What a step calls `$`. */
export interface StepDollar {
  readonly send: StepSend;
  /** The same `send`, with options that every destination has. */
  with(options: SendOptions): { readonly send: StepSend };
  /** Later steps read it as `steps.<this step>.<name>`. */
  export(name: string, value: unknown): void;
  /** The HTTP response of a workflow that an HTTP request started. The last one counts. */
  respond(response: HttpResponse): Promise<void>;
  readonly flow: Flow;
}

/** A function for each registered destination; unedited code knows no types of what is registered. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type StepSend = { readonly [destination: string]: any };

export interface HttpResponse {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: unknown;
}

export interface Flow {
  /** Ends the workflow: what was sent is delivered, nothing after it is sent, and no later step runs. */
  exit(reason?: string): never;
  delay(ms: number, context?: unknown): never;
  suspend(ms?: number, context?: unknown): never;
  rerun(ms?: number, context?: unknown, maxRetries?: number): never;
}

/** What `$` writes down while its step runs. */
export interface StepNotes {
  /** `steps.<name>` */
  readonly exports: Record<string, unknown>;
  responded(response: HttpResponse): void;
  exited(reason: string | undefined): void;
}

/** The `$` of one step. A plain object: user code takes it apart and spreads it. */
export function dollarOf<M extends ArgsByName>(
  step: string,
  run: OpenRun<M>,
  { exports, responded, exited }: StepNotes,
): StepDollar {
  const sending = run.as(step);
  return {
    send: sending.send,
    with: sending.with.bind(sending),
    export(name, value) {
      exports[name] = exported(value);
    },
    async respond({ status, headers, body }) {
      responded({
        ...(status === undefined ? {} : { status }),
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { body }),
      });
    },
    flow: {
      exit(reason) {
        // Ended here and not when the step has: what code that catches the error below sends must not go out.
        // runWorkflow commits too and is told the same.
        run.commit().catch(() => undefined);
        exited(reason);
        const because = reason === undefined ? "" : `: ${reason}`;
        throw new DestError("DEST_FLOW_EXIT", `$.flow.exit ended the workflow${because}`);
      },
      delay: notSupported("delay", "$.with({ delay: ms }).send.… delays one send"),
      suspend: notSupported("suspend", "end the workflow, and run another one when it should go on"),
      rerun: notSupported("rerun", "call runWorkflow again from your own program"),
    },
  };
}

function notSupported(name: string, instead: string): () => never {
  return () => {
    const message = `$.flow.${name} is not supported yet: ${instead}`;
    throw new DestError("DEST_NOT_SUPPORTED", message, { retryable: false });
  };
}
