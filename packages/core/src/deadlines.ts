import type { Clock, Timer } from "./clock.js";

/** Something with a time limit. The links are for {@link Deadlines} alone. */
export interface Timed {
  readonly deadline: number;
  before: Timed | undefined;
  after: Timed | undefined;
}

/** One timer for many limits of the same length: what starts first ends first. */
export class Deadlines<T extends Timed> {
  readonly #clock: Clock;
  readonly #expire: (item: T) => void;
  #first: Timed | undefined;
  #last: Timed | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, expire: (item: T) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  add(item: T): void {
    item.before = this.#last;
    if (this.#last) this.#last.after = item;
    else this.#first = item;
    this.#last = item;
    this.#timer ??= this.#startTimer(item.deadline);
  }

  remove(item: T): void {
    if (item.before) item.before.after = item.after;
    else if (this.#first === item) this.#first = item.after;
    else return;
    if (item.after) item.after.before = item.before;
    else this.#last = item.before;
    item.before = item.after = undefined;
  }

  /** All that are under way, the oldest first. */
  all(): T[] {
    const items: T[] = [];
    for (let item = this.#first; item; item = item.after) items.push(item as T);
    return items;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  // It stays set for an item that has ended meanwhile, and then moves on to the one that is first by then.
  #startTimer(deadline: number): Timer {
    return this.#clock.after(deadline - this.#clock.now(), () => {
      this.#timer = undefined;
      const now = this.#clock.now();
      for (let item = this.#first; item && item.deadline <= now; item = this.#first) {
        this.remove(item as T);
        this.#expire(item as T);
      }
      if (this.#first) this.#timer = this.#startTimer(this.#first.deadline);
    });
  }
}
