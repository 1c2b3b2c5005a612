import { type Clock, DestError, type Timer } from "@dest/core";

/** How long a step may take, from its start or from the last refresh. */
export class TimeLimit {
  readonly #clock: Clock;
  readonly #ms: number;
  #due: number;
  #timer: Timer | undefined;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
    this.#due = clock.now() + ms;
  }

  /** Begins anew. Answers when it will be over, as epoch milliseconds. */
  refresh(): number {
    this.#due = this.#clock.now() + this.#ms;
    return this.#due;
  }

  /** The work's value; rejects with `DEST_STEP_TIMEOUT` when time is over first. */
  async within<T>(work: PromiseLike<T>, what: string): Promise<T> {
    if (this.#ms === Number.POSITIVE_INFINITY) return work;
    const late = new Promise<never>((_, reject) => {
      this.#watch(() => reject(stepTimedOut(what, this.#ms)));
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      this.#timer?.cancel();
    }
  }

  // A refresh only moves the end, which is looked at when the timer runs out.
  #watch(over: () => void): void {
    const left = this.#due - this.#clock.now();
    if (left <= 0) over();
    else this.#timer = this.#clock.after(left, () => this.#watch(over), true);
  }
}

function stepTimedOut(what: string, ms: number): DestError {
  const message = `${what} took longer than ${ms} ms and was left behind: give the workflow a longer stepTimeout, or call $.flow.refreshTimeout() while it goes on`;
  return new DestError("DEST_STEP_TIMEOUT", message, { retryable: false });
}
