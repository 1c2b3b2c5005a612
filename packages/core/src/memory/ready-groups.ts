import { Fifo } from "../fifo.js";
import { Heap } from "../heap.js";
import type { Due } from "./entry.js";

/** One group's items that are due, the lowest `seq` first. Most arrive in order; what comes back late is in the heap. */
class ReadyQueue<T extends Due> {
  readonly #inOrder = new Fifo<T>();
  readonly #late = new Heap<T>((a, b) => a.seq < b.seq);
  #last = Number.NEGATIVE_INFINITY;
  place: "nowhere" | "ring" | "aside" = "nowhere";

  constructor(readonly group: string) {}

  get isEmpty(): boolean {
    return this.#inOrder.size === 0 && this.#late.size === 0;
  }

  push(item: T): void {
    if (item.seq <= this.#last) return this.#late.push(item);
    this.#inOrder.push(item);
    this.#last = item.seq;
  }

  peek(): T | undefined {
    const next = this.#inOrder.peek();
    const late = this.#late.peek();
    return late !== undefined && (next === undefined || late.seq < next.seq) ? late : next;
  }

  shift(): T | undefined {
    return this.peek() === this.#late.peek() && this.#late.size > 0
      ? this.#late.pop()
      : this.#inOrder.shift();
  }
}

/**
 * The due items of a destination, by group, handed out round robin. Blocked groups are set aside, so that thousands of
 * them cost a claim nothing.
 */
export class ReadyGroups<T extends Due> {
  readonly #queues = new Map<string, ReadyQueue<T>>();
  readonly #ring = new Fifo<ReadyQueue<T>>();
  readonly #aside = new Set<ReadyQueue<T>>();

  push(item: T): void {
    let queue = this.#queues.get(item.group);
    if (!queue) {
      queue = new ReadyQueue<T>(item.group);
      this.#queues.set(item.group, queue);
    }
    queue.push(item);
    if (queue.place === "nowhere") this.#enter(queue);
  }

  /** Groups that may be open again; without names, all. */
  reopen(groups?: readonly string[]): void {
    if (this.#aside.size === 0) return;
    for (const queue of groups ? groups.map((group) => this.#queues.get(group)) : [...this.#aside]) {
      if (queue?.place !== "aside") continue;
      this.#aside.delete(queue);
      this.#enter(queue);
    }
  }

  /** Visits each group once, until `visit` answers "enough". "blocked" sets the group aside. */
  takeTurns(
    visit: (group: string, next: () => T | undefined, drop: () => void) => "more" | "blocked" | "enough",
  ): void {
    for (let turns = this.#ring.size; turns > 0; turns--) {
      const queue = this.#ring.shift();
      if (!queue) return;
      const answer = visit(
        queue.group,
        () => queue.peek(),
        () => queue.shift(),
      );
      this.#leave(queue, answer === "blocked");
      if (answer === "enough") return;
    }
  }

  #enter(queue: ReadyQueue<T>): void {
    queue.place = "ring";
    this.#ring.push(queue);
  }

  #leave(queue: ReadyQueue<T>, blocked: boolean): void {
    if (queue.isEmpty) {
      queue.place = "nowhere";
      this.#queues.delete(queue.group);
    } else if (blocked) {
      queue.place = "aside";
      this.#aside.add(queue);
    } else {
      this.#enter(queue);
    }
  }
}
