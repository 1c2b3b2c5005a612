const factor = 2;
const longest = 30_000;

/** How long a client that lost its stream waits before it asks again. */
export class Reconnect {
  #base: number;
  #failures = 0;

  /** Milliseconds before the first. */
  constructor(base: number) {
    this.#base = base;
  }

  /** The server named its time (`retry:`, HTML standard 9.2.6). */
  asked(ms: number): void {
    this.#base = ms;
  }

  /** The stream is there. */
  succeeded(): void {
    this.#failures = 0;
  }

  /** Twice as long after each failure in a row, up to 30 s or what the server asked for; between half of it and all. */
  next(random: () => number = Math.random): number {
    const delay = Math.min(this.#base * factor ** this.#failures, Math.max(longest, this.#base));
    this.#failures += 1;
    return delay * (0.5 + random() / 2);
  }
}
