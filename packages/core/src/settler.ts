import type { Clock } from "./clock.js";
import { asError, DestError } from "./errors.js";
import type { Outbox, Settlement } from "./outbox.js";

/** Settlements that belong together, and who hears when they are stored. */
export interface Settling {
  readonly settlements: readonly Settlement[];
  settled?(): void;
}

/** Outcomes that are not kept waiting for more. */
const enough = 256;
const firstPause = 100;
const longestPause = 5_000;

/**
 * Writes settlements in groups: what arrives while one group is being stored makes the next. A storage failure is
 * warned about and tried again; until it succeeds nothing counts as settled.
 */
export class Settler {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #warn: (error: DestError) => void;
  #queue: Settling[] = [];
  #between: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(outbox: Outbox, clock: Clock, warn: (error: DestError) => void) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#warn = warn;
  }

  push(settling: Settling): void {
    this.#queue.push(settling);
    this.#running ??= this.#run();
  }

  /** Runs `look` when every settlement is either stored and heard of, or not begun. */
  between(look: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#between.push(() => look().then(resolve, reject));
      this.#running ??= this.#run();
    });
  }

  /** Resolves when all that was pushed is stored. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Gives up what cannot be stored. */
  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 || this.#between.length > 0) {
      await this.#gather();
      const between = this.#between;
      this.#between = [];
      for (const look of between) await look();
      const group = this.#queue;
      this.#queue = [];
      if (group.length > 0) await this.#store(group);
    }
    this.#running = undefined;
  }

  // Under load every turn of the event loop brings outcomes: one write stores those of several.
  async #gather(): Promise<void> {
    for (let before = -1; before < this.#queue.length && before < enough; ) {
      before = this.#queue.length;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#between.length > 0) return;
    }
  }

  async #store(group: readonly Settling[]): Promise<void> {
    const settlements: Settlement[] = [];
    for (const settling of group) for (const one of settling.settlements) settlements.push(one);
    for (let pause = firstPause; !this.#stopped; pause = Math.min(pause * 2, longestPause)) {
      const failure = await this.#outbox.settle(settlements).then(() => undefined, asError);
      if (!failure) {
        for (const settling of group) settling.settled?.();
        return;
      }
      const message = `the outbox could not store ${settlements.length} outcomes, trying again in ${pause} ms: ${failure.message}`;
      this.#warn(new DestError("DEST_OUTBOX_FAILED", message, { cause: failure }));
      await new Promise<void>((resolve) => this.#clock.after(pause, resolve));
    }
  }
}
