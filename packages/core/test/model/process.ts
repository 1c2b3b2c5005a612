import type { Clock, Outbox } from "../../src/index.js";
import type { ManualClock } from "../../src/testing/index.js";

/** A process that can die: from then on its timers do not fire and its storage calls never return. */
export class MortalProcess {
  #isAlive = true;
  readonly clock: Clock;
  readonly outbox: Outbox;

  constructor(clock: ManualClock, outbox: Outbox) {
    this.clock = {
      now: () => clock.now(),
      random: () => clock.random(),
      after: (ms, fn) => clock.after(ms, () => this.#isAlive && fn()),
      hold: (work) => (this.#isAlive ? clock.hold?.(work) : undefined),
    };
    this.outbox = new Proxy(outbox, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) =>
          this.#isAlive ? (member.apply(target, args) as unknown) : new Promise<never>(() => undefined);
      },
    });
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  die(): void {
    this.#isAlive = false;
  }
}
