import type { Pause } from "./policy.js";

/**
 * Where one group stands after its last outcomes. Failures in a row pause it; when the pause is over one message
 * probes it, whose outcome ends the matter or begins a longer pause.
 */
export class PauseState {
  #failures = 0;
  #pauses = 0;
  #until: number | undefined;

  get failures(): number {
    return this.#failures;
  }

  /** When the pause ends, in epoch milliseconds, while there is one. */
  get until(): number | undefined {
    return this.#until;
  }

  /** One at a time: the next outcome decides. */
  get probing(): boolean {
    return this.#pauses > 0;
  }

  succeeded(): void {
    this.#failures = this.#pauses = 0;
    this.#until = undefined;
  }

  /** Whether this failure begins a pause. Attempts under way when one began say nothing new. */
  failed({ after, minDelay, maxDelay }: Pause, now: number): boolean {
    if (this.#until !== undefined) return false;
    this.#failures += 1;
    if (this.#failures < after) return false;
    this.#until = now + Math.min(maxDelay, minDelay * 2 ** this.#pauses);
    this.#pauses += 1;
    return true;
  }

  ended(): void {
    this.#until = undefined;
  }
}
