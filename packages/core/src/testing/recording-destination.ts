import {
  type Batch,
  type DeliverContext,
  type Destination,
  defineDestination,
  type Outcome,
} from "../destination.js";
import type { Policy } from "../policy.js";

type Answer = Outcome | ReadonlyMap<string, Outcome>;

export interface RecordingOptions extends Policy {
  /** Called for each attempt. Default: delivered. */
  readonly answer?:
    | ((batch: Batch<unknown>, context: DeliverContext) => Answer | Promise<Answer>)
    | undefined;
  readonly accepts?: readonly string[] | undefined;
  readonly groupKey?: ((value: unknown) => string) | undefined;
  readonly batchKey?: ((value: unknown) => string) | undefined;
  readonly orderKey?: ((value: unknown) => string | undefined) | undefined;
  readonly sizeOf?: ((value: unknown) => number) | undefined;
}

export interface RecordingDestination extends Destination<readonly [payload: unknown], unknown> {
  /** Every attempt's batch, in the order the attempts started. */
  readonly batches: readonly Batch<unknown>[];
  /** The payloads of every attempt, in that order. */
  readonly values: readonly unknown[];
}

/** A destination that keeps what it is given, and answers what the test says. It takes any one payload. */
export function recordingDestination(options: RecordingOptions = {}): RecordingDestination {
  const { answer, accepts, groupKey, batchKey, orderKey, sizeOf } = options;
  const batches: Batch<unknown>[] = [];
  const make = defineDestination<readonly [payload: unknown], unknown>(() => ({
    kind: "recording",
    apiVersion: 1,
    policy: { batch: false },
    accepts,
    prepare: (payload) => payload,
    ...(groupKey && { groupKey }),
    ...(batchKey && { batchKey }),
    ...(orderKey && { orderKey }),
    ...(sizeOf && { sizeOf }),
    async deliver(batch, context) {
      batches.push(batch);
      return answer ? answer(batch, context) : { status: "delivered" };
    },
  }));
  return Object.defineProperties(make(options), {
    batches: { get: () => batches },
    values: { get: () => batches.flatMap((batch) => batch.messages.map((message) => message.value)) },
  }) as RecordingDestination;
}
