import fc from "fast-check";
import { expect, test } from "vitest";
import { RateLimiter } from "../src/rate-limit.js";

const limits = fc.record({
  max: fc.integer({ min: 1, max: 8 }),
  interval: fc.integer({ min: 1, max: 1_000 }),
});
/** How long after the last wish the next one comes. */
const wishes = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60, size: "max" });

test("never more than max start in any interval, and none waits without need", () => {
  fc.assert(
    fc.property(limits, wishes, ({ max, interval }, gaps) => {
      const limiter = new RateLimiter({ max, interval });
      const starts: number[] = [];
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        const earliest = Math.max(now, (starts.at(-max) ?? Number.NEGATIVE_INFINITY) + interval);
        expect(Math.max(now, limiter.nextAt)).toBe(earliest);
        now = earliest;
        limiter.started(now);
        starts.push(now);
      }
      for (const first of starts) {
        const inInterval = starts.filter((start) => start >= first && start < first + interval);
        expect(inInterval.length).toBeLessThanOrEqual(max);
      }
    }),
    { numRuns: 500 },
  );
});

test("the first ones may start at once, the next when the interval of the oldest is over", () => {
  const limiter = new RateLimiter({ max: 2, interval: 1_000 });
  for (const now of [100, 300]) {
    expect(limiter.nextAt).toBeLessThanOrEqual(now);
    limiter.started(now);
  }
  expect(limiter.nextAt).toBe(1_100);
  limiter.started(1_100);
  expect(limiter.nextAt).toBe(1_300);
});
