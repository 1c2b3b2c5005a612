import type { Clock } from "../clock.js";
import { Heap } from "../heap.js";

export interface ManualClockOptions {
  /** Epoch milliseconds to begin with. Default 2026-01-01T00:00:00Z. */
  readonly now?: number | undefined;
  /** Default: always 0.5. */
  readonly random?: (() => number) | undefined;
}

export interface ManualClock extends Clock {
  /**
   * Lets `ms` milliseconds pass: every timer due by then fires at its time and in order, and what it starts in memory
   * and in the outbox is waited for before the next. What waits for a real network is not.
   */
  advance(ms: number): Promise<void>;
}

interface Waiting {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
  cancelled: boolean;
}

/** Turns of the event loop without a new timer or storage call, after which nothing is taken to be under way. */
const quietTurns = 4;

/** A clock that stands still until it is told to go on: hours of retries run in milliseconds. */
export function manualClock({
  now = Date.UTC(2026, 0, 1),
  random = () => 0.5,
}: ManualClockOptions = {}): ManualClock {
  const timers = new Heap<Waiting>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));
  const held = new Set<Promise<unknown>>();
  let time = now;
  let activity = 0;

  const quiet = async () => {
    for (let turns = 0; turns < quietTurns; ) {
      const before = activity;
      await new Promise((resolve) => setImmediate(resolve));
      if (held.size > 0) await Promise.allSettled(held);
      turns = activity === before ? turns + 1 : 0;
    }
  };

  return {
    now: () => time,
    random,
    after(ms, fn) {
      activity += 1;
      const waiting: Waiting = { at: time + Math.max(0, ms), order: activity, fn, cancelled: false };
      timers.push(waiting);
      return {
        cancel: () => {
          waiting.cancelled = true;
        },
      };
    },
    hold(work) {
      activity += 1;
      held.add(work);
      const end = () => {
        held.delete(work);
      };
      work.then(end, end);
    },
    async advance(ms) {
      const target = time + ms;
      await quiet();
      for (let next = timers.peek(); next && next.at <= target; next = timers.peek()) {
        timers.pop();
        if (next.cancelled) continue;
        time = Math.max(time, next.at);
        next.fn();
        await quiet();
      }
      time = target;
      await quiet();
    },
  };
}
