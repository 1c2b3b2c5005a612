import type { Clock } from "./clock.js";
import type { Timed } from "./deadlines.js";
import type { Batch, DeliverContext } from "./destination.js";
import { DestError } from "./errors.js";
import type { JsonValue } from "./json.js";
import type { SealedBatch, StoredMessage } from "./outbox.js";

export type Members = readonly [StoredMessage, ...StoredMessage[]];

/** What is delivered at once: one message on its own, or a sealed batch. */
export interface Work {
  readonly group: string;
  readonly messages: Members;
  /** Set where the batch is sealed in the outbox. */
  readonly sealed: SealedBatch | undefined;
}

export function workOf(message: StoredMessage): Work {
  return { group: message.group, messages: [message], sealed: undefined };
}

export function workOfBatch(sealed: SealedBatch): Work {
  return { group: sealed.group, messages: sealed.messages as Members, sealed };
}

/** The batch as the destination sees it. */
export function batchOf({ group, messages, sealed }: Work): Batch<unknown> {
  const [first] = messages;
  const { id, key, sealedAt, tried, progress } = sealed ?? {
    id: first.id,
    key: first.batchKey ?? "",
    sealedAt: first.acceptedAt,
    tried: first.tried,
    progress: first.progress,
  };
  const attempt = tried + 1;
  return progress === undefined
    ? { id, key, group, sealedAt, attempt, messages }
    : { id, key, group, sealedAt, attempt, messages, progress };
}

/** One call of `deliver`: what it is given, what it recorded, and whether it is over. */
export class Attempt implements DeliverContext, Timed {
  readonly startedAt: number;
  readonly deadline: number;
  before: Timed | undefined;
  after: Timed | undefined;
  request: JsonValue | undefined;
  response: JsonValue | undefined;
  isOver = false;
  #controller: AbortController | undefined;
  #abortedBy: DestError | undefined;
  #stop: ((reason: DestError) => void) | undefined;

  constructor(
    readonly name: string,
    readonly work: Work,
    readonly clock: Clock,
    timeout: number,
  ) {
    this.startedAt = clock.now();
    this.deadline = this.startedAt + timeout;
  }

  // Made on demand: most destinations that keep their own connections never look.
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#abortedBy) this.#controller.abort(this.#abortedBy);
    }
    return this.#controller.signal;
  }

  // Properties, not methods: plugins take the context apart.
  readonly record = (part: { request?: JsonValue; response?: JsonValue }): void => {
    if (part.request !== undefined) this.request = added(this.request, part.request);
    if (part.response !== undefined) this.response = added(this.response, part.response);
  };

  readonly onAbort = (stop: (reason: DestError) => void): void => {
    if (this.#abortedBy) stop(this.#abortedBy);
    else this.#stop = stop;
  };

  abort(reason: DestError): void {
    this.#abortedBy = reason;
    this.#stop?.(reason);
    this.#controller?.abort(reason);
  }
}

export function timeoutError(timeout: number): DestError {
  return new DestError("DEST_TIMEOUT", `the attempt reached its timeout of ${timeout} ms`, {
    ambiguous: true,
  });
}

function added(before: JsonValue | undefined, part: JsonValue): JsonValue {
  return isRecord(before) && isRecord(part) ? { ...before, ...part } : part;
}

function isRecord(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
