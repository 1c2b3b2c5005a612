import type { Capturing } from "./capture.js";
import { DestError } from "./errors.js";
import type { Registered } from "./registry.js";

/** What a send returns: never a promise, because delivery begins only when the run has ended. */
export interface Sent {
  /** `<runId>.<ordinal>`, as in `dest.messages.get(id)`. */
  readonly id: string;
}

/** What code that was written for an answer reads of it. */
const ofAnswers = ["status", "statusCode", "statusText", "headers", "data", "body"];

/** What a send returns to code that may take it for an answer: that reads `undefined` as ever, and is warned. */
export class UnansweredSend implements Sent {
  readonly #run: Capturing;
  readonly #to: Registered;

  constructor(
    readonly id: string,
    run: Capturing,
    to: Registered,
  ) {
    this.#run = run;
    this.#to = to;
    Object.freeze(this);
  }

  static {
    for (const member of ofAnswers)
      Object.defineProperty(UnansweredSend.prototype, member, {
        get(this: UnansweredSend) {
          this.#run.warnOfRead(this.#to, member);
        },
      });
  }
}

export function readOfAnswer(destination: string, member: string): DestError {
  const message = `$.send.${destination} returns { id }, and ${member} was read of it: delivery begins when the run has ended. dest.messages.get(id) tells later what was answered`;
  return new DestError("DEST_NO_ANSWER_YET", message, { retryable: false });
}
