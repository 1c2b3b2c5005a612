import type { Clock } from "./clock.js";
import { Fifo } from "./fifo.js";
import { Heap } from "./heap.js";
import { PauseState } from "./pause.js";
import type { ResolvedPolicy } from "./policy.js";

const mostGroups = 10_000;
/** A claim costs about as much as a start, however much it takes. */
const roundsAhead = 3;

class Group<W> {
  readonly waiting = new Fifo<W>();
  readonly pause = new PauseState();
  running = 0;
  /** How much of `waiting` could start. */
  startable = 0;
  inTurn = false;

  constructor(readonly name: string) {}
}

/** A pause that an outcome began: what waited in the group cannot start, so it goes back. */
export interface BegunPause<W> {
  readonly until: number;
  readonly failures: number;
  readonly released: readonly W[];
}

/**
 * Who may start now: claimed work waits here for a slot of its group, the groups take turns, and one that keeps failing
 * pauses. What a start costs does not depend on how many groups there are.
 */
export class GroupSlots<W extends { readonly group: string }> {
  readonly #groups = new Map<string, Group<W>>();
  readonly #turns = new Fifo<Group<W>>();
  readonly #pauses = new Heap<{ until: number; group: Group<W> }>((a, b) => a.until < b.until);
  readonly #policy: ResolvedPolicy;
  readonly #clock: Clock;
  #running = 0;
  #startable = 0;
  #reopened: string[] = [];

  /** Groups of which no more is to be claimed for starting. */
  readonly full = new Set<string>();
  readonly paused = new Set<string>();

  constructor(policy: ResolvedPolicy, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
  }

  get running(): number {
    return this.#running;
  }

  /** How many messages to claim, so that the next rounds of starts are always ready. */
  get room(): number {
    return Math.max(0, roundsAhead * this.#policy.concurrency.total - this.#startable);
  }

  /** Half of what was claimed ahead has started. */
  get runsLow(): boolean {
    return this.room * 2 >= roundsAhead * this.#policy.concurrency.total;
  }

  /** How many of one group to claim. */
  get perGroup(): number {
    const { concurrency, batch } = this.#policy;
    return batch ? concurrency.perGroup : roundsAhead * concurrency.perGroup;
  }

  /** How many more could start at once. */
  get free(): number {
    return Math.max(0, this.#policy.concurrency.total - this.#running - this.#startable);
  }

  /** When the next pause ends. */
  get nextAt(): number | undefined {
    return this.#pauses.peek()?.until;
  }

  /** Groups that left `full` or `paused` since the last call. */
  takeReopened(): string[] {
    const reopened = this.#reopened;
    this.#reopened = [];
    return reopened;
  }

  get hasReopened(): boolean {
    return this.#reopened.length > 0;
  }

  /** Groups it keeps in mind: those with work, and those whose last outcome was a failure. */
  get size(): number {
    return this.#groups.size;
  }

  add(work: W): void {
    let group = this.#groups.get(work.group);
    if (!group) {
      this.#forgetSome();
      group = new Group<W>(work.group);
      this.#groups.set(work.group, group);
    }
    group.waiting.push(work);
    this.#update(group);
  }

  /** The next to start, by turns of the groups. It counts as running from now on. */
  next(): W | undefined {
    if (this.#running >= this.#policy.concurrency.total) return undefined;
    for (let group = this.#turns.shift(); group; group = this.#turns.shift()) {
      group.inTurn = false;
      const work = this.#isOpen(group) ? group.waiting.shift() : undefined;
      if (work) {
        this.#running += 1;
        group.running += 1;
      }
      this.#update(group);
      if (work) return work;
    }
    return undefined;
  }

  /** An attempt of the group ended. `failed` undefined: that says nothing about the group. */
  done(name: string, failed: boolean | undefined): BegunPause<W> | undefined {
    const group = this.#groups.get(name) as Group<W>;
    group.running -= 1;
    this.#running -= 1;
    const { pause } = this.#policy;
    if (failed === false) group.pause.succeeded();
    const begins = failed === true && pause !== false && group.pause.failed(pause, this.#clock.now());
    if (!begins) {
      this.#update(group);
      return undefined;
    }
    const until = group.pause.until as number;
    this.#pauses.push({ until, group });
    const released = group.waiting.drain();
    this.#update(group);
    return { until, failures: group.pause.failures, released };
  }

  /** Ends the pauses whose time is over: their groups may be probed. */
  endPauses(now: number): void {
    for (let next = this.#pauses.peek(); next && next.until <= now; next = this.#pauses.peek()) {
      this.#pauses.pop();
      // Otherwise a success ended it before its time.
      if (next.group.pause.until !== next.until) continue;
      next.group.pause.ended();
      this.#update(next.group);
    }
  }

  /** Takes all that waits. */
  drain(): W[] {
    const waiting: W[] = [];
    for (const group of [...this.#groups.values()]) {
      waiting.push(...group.waiting.drain());
      this.#update(group);
    }
    return waiting;
  }

  // Addresses that failed once and are never sent to again would pile up. Looks at the two oldest for each new one.
  #forgetSome(): void {
    if (this.#groups.size < mostGroups) return;
    let looks = 2;
    for (const [name, group] of this.#groups) {
      if (looks-- === 0) return;
      this.#groups.delete(name);
      const isIdle = group.running === 0 && group.waiting.size === 0 && !group.inTurn;
      if (!isIdle || group.pause.until !== undefined) this.#groups.set(name, group);
    }
  }

  #isOpen({ pause, running }: Group<W>): boolean {
    return pause.until === undefined && running < (pause.probing ? 1 : this.#policy.concurrency.perGroup);
  }

  // Messages that travel alone are claimed some rounds ahead, and again when half of that has started. Claiming a sealed
  // batch is starting it: that waits for a slot.
  #isFull({ name, waiting }: Group<W>, isOpen: boolean): boolean {
    if (this.#policy.batch) return !isOpen;
    const { perGroup } = this.#policy.concurrency;
    const most = roundsAhead * perGroup;
    return waiting.size >= most || (waiting.size * 2 > most && this.full.has(name));
  }

  #update(group: Group<W>): void {
    const isOpen = this.#isOpen(group);
    const isPaused = group.pause.until !== undefined;
    const startable = isOpen ? group.waiting.size : 0;
    this.#startable += startable - group.startable;
    group.startable = startable;
    this.#mark(this.paused, group, isPaused);
    this.#mark(this.full, group, !isPaused && this.#isFull(group, isOpen));
    if (startable > 0 && !group.inTurn) {
      group.inTurn = true;
      this.#turns.push(group);
    }
    const isIdle = group.running === 0 && group.waiting.size === 0 && group.pause.failures === 0;
    if (isIdle && !group.inTurn) this.#groups.delete(group.name);
  }

  #mark(set: Set<string>, { name }: Group<W>, member: boolean): void {
    if (member) set.add(name);
    else if (set.delete(name)) this.#reopened.push(name);
  }
}
