export interface Timer {
  cancel(): void;
}

/** The one seam for time and chance. Everything in dest that waits, measures or draws lots goes through it. */
export interface Clock {
  /** Milliseconds since 1970 that never jump: wall time as it was when the process started, then steady. */
  now(): number;
  /** At least 0, less than 1. */
  random(): number;
  /**
   * Calls `fn` after `ms`; a very long wait may end early, so look at `now()` again. It does not keep the process
   * alive unless `keepAlive` is true.
   */
  after(ms: number, fn: () => void, keepAlive?: boolean): Timer;
  /** Told of every storage call, so that a clock driven by hand does not run ahead of the disk. */
  hold?(work: Promise<unknown>): void;
}

const longestTimer = 2 ** 31 - 1;

const { timeOrigin } = performance;

export const systemClock: Clock = {
  // Not Date.now(): when the wall clock is set, retries would storm or stand still.
  now: () => timeOrigin + performance.now(),
  random: Math.random,
  after(ms, fn, keepAlive = false) {
    const timer = setTimeout(fn, Math.min(Math.max(ms, 0), longestTimer));
    if (!keepAlive) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
