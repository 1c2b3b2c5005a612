import type { RateLimit } from "./policy.js";

/** Holds starts to `max` within any `interval`: it remembers when the last `max` happened. */
export class RateLimiter {
  readonly #interval: number;
  readonly #starts: number[];
  #oldest = 0;

  constructor({ max, interval }: RateLimit) {
    this.#interval = interval;
    this.#starts = new Array(Math.floor(max)).fill(Number.NEGATIVE_INFINITY);
  }

  /** The earliest time one more may start. */
  get nextAt(): number {
    return (this.#starts[this.#oldest] as number) + this.#interval;
  }

  started(now: number): void {
    this.#starts[this.#oldest] = now;
    this.#oldest = (this.#oldest + 1) % this.#starts.length;
  }
}
