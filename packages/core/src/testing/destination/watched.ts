import type { AnyDestination, Batch, Destination, Message, Outcome } from "../../destination.js";
import { DestError } from "../../errors.js";
import type { Policy } from "../../policy.js";
import { stored } from "./stored.js";

type Answer = Outcome | ReadonlyMap<string, Outcome>;

/** One call of `deliver`. */
export interface WatchedAttempt {
  /** What `deliver` was given, and may have changed. */
  readonly given: Batch<unknown>;
  /** The same as it was before. */
  readonly batch: Batch<unknown>;
  isOver: boolean;
  /** What it returned, or threw. */
  answer?: unknown;
}

export interface Watch {
  readonly attempts: WatchedAttempt[];
  /** So many outcomes are kept from the instance. */
  loseAnswers: number;
  happened(): void;
}

/** The destination as it is, but that its attempts are seen and get their values as from an outbox on disk. */
export function watched(destination: AnyDestination, watch: Watch): AnyDestination {
  const { kind, apiVersion, accepts } = destination;
  const it: { -readonly [K in keyof Destination<unknown[], unknown>]: Destination<unknown[], unknown>[K] } = {
    kind,
    apiVersion,
    accepts,
    policy: casePolicy(destination.policy),
    prepare: (...args) => destination.prepare(...args),
    async deliver(batch, context): Promise<Answer> {
      const given = asStored(batch);
      const attempt: WatchedAttempt = { given, batch: asStored(batch), isOver: false };
      watch.attempts.push(attempt);
      watch.happened();
      try {
        const answer: Answer = await destination.deliver(given, context);
        attempt.answer = answer;
        if (watch.loseAnswers === 0) return answer;
      } catch (thrown) {
        attempt.answer = thrown;
        throw thrown;
      } finally {
        attempt.isOver = true;
        watch.happened();
      }
      watch.loseAnswers -= 1;
      return { status: "retry", error: new DestError("TEST_ANSWER_LOST", "the answer was lost") };
    },
  };
  if (destination.sizeOf) it.sizeOf = (value) => destination.sizeOf?.(value) as number;
  if (destination.groupKey) it.groupKey = (value) => destination.groupKey?.(value) as string;
  if (destination.batchKey) it.batchKey = (value) => destination.batchKey?.(value) as string;
  if (destination.orderKey) it.orderKey = (value) => destination.orderKey?.(value);
  if (destination.open) it.open = (context) => destination.open?.(context);
  if (destination.probe) it.probe = async (context) => destination.probe?.(context);
  if (destination.close) it.close = async () => destination.close?.();
  return it as AnyDestination;
}

/** The batch with what the contract promises and no more, and with values as from an outbox on disk. */
function asStored({ messages, ...batch }: Batch<unknown>): Batch<unknown> {
  const [first, ...rest] = messages;
  return { ...batch, messages: [storedMessage(first), ...rest.map(storedMessage)] };
}

function storedMessage({
  id,
  value,
  acceptedAt,
  origin,
  idempotencyKey,
}: Message<unknown>): Message<unknown> {
  return stored({ id, value, acceptedAt, origin, idempotencyKey }) as Message<unknown>;
}

/** What core does on failures is not the destination's to choose here; batches close as soon as a run is in. */
function casePolicy(policy: Policy = {}): Policy {
  const retry = {
    maxAttempts: 5,
    minDelay: 1_000,
    factor: 1,
    maxElapsed: 86_400_000,
    jitter: "none",
  } as const;
  const batch = policy.batch && { ...policy.batch, maxWait: 0 };
  return { ...policy, retry, pause: false, rateLimit: undefined, batch };
}
