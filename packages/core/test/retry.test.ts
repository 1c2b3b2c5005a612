import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DestError } from "../src/errors.js";
import { type Policy, type Retry, resolvePolicy } from "../src/policy.js";
import { type Decision, decideRetry, type Failure } from "../src/retry.js";

const error = new DestError("DEST_HTTP_STATUS", "the receiver answered 503");
const start = Date.UTC(2026, 0, 1);

const policy = (retry: Policy["retry"] = {}) => resolvePolicy("test", { retry }).retry;
const failure = (over: Partial<Failure> = {}): Failure => ({
  error,
  attempt: 1,
  firstTriedAt: start,
  now: start,
  ...over,
});

const giveUpOf = (decision: Decision) => ("giveUp" in decision ? decision.giveUp : undefined);
const retryAtOf = (decision: Decision) => ("retryAt" in decision ? decision.retryAt : undefined);

/** How long after `now` it tries again, with the longest draw of the jitter. */
const waitOf = (retry: false | Retry, over: Partial<Failure>, random = () => 1) =>
  (retryAtOf(decideRetry(retry, failure({ now: 0, firstTriedAt: 0, ...over }), random)) ?? Number.NaN) -
  (over.now ?? 0);

describe("the wait before the next attempt", () => {
  test("grows by factor, up to maxDelay", () => {
    const retry = policy();
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((attempt) => waitOf(retry, { attempt }));
    expect(waits).toEqual([
      1_000, 3_000, 9_000, 27_000, 81_000, 243_000, 729_000, 2_187_000, 3_600_000, 3_600_000, 3_600_000,
    ]);
  });

  test("is a random part of that, never more, never a time in the past", () => {
    const settings = fc.record({
      minDelay: fc.integer({ min: 0, max: 100_000 }),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      maxDelay: fc.integer({ min: 0, max: 10_000_000 }),
    });
    const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const attempts = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(settings, attempts, draw, (given, attempt, random) => {
        const endless = { maxAttempts: Infinity, maxElapsed: Infinity };
        const wait = waitOf(policy({ ...given, ...endless }), { attempt }, () => random);
        const ceiling = Math.min(
          given.maxDelay,
          given.minDelay * Math.min(given.factor ** (attempt - 1), 1e300),
        );
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(ceiling);
        expect(wait).toBeCloseTo(ceiling * random, 3);
      }),
      { numRuns: 1_000 },
    );
  });

  test("is all of it without jitter", () => {
    expect(waitOf(policy({ jitter: "none" }), { attempt: 3 }, () => 0)).toBe(9_000);
  });

  test("without minDelay there is none, however many attempts there were", () => {
    expect(waitOf(policy({ minDelay: 0, maxAttempts: 10_000 }), { attempt: 5_000 })).toBe(0);
  });
});

describe("what the receiver asked for", () => {
  test("is waited for exactly, whatever the policy's own delays are", () => {
    for (const afterMs of [1, 120_000, 86_400_000]) {
      expect(waitOf(policy({ maxDelay: 10 }), { afterMs }, () => 0)).toBe(afterMs);
    }
  });

  test("is ignored where it is no time to wait", () => {
    for (const afterMs of [0, -5, Number.NaN, undefined, "5" as unknown as number]) {
      expect(waitOf(policy(), { afterMs })).toBe(1_000);
    }
  });
});

describe("it gives up", () => {
  test("when maxAttempts were made", () => {
    const retry = policy({ maxAttempts: 3 });
    expect(retryAtOf(decideRetry(retry, failure({ attempt: 2 }), () => 0))).toBe(start);
    const gaveUp = giveUpOf(decideRetry(retry, failure({ attempt: 3 }), () => 0));
    expect(gaveUp).toMatchObject({ code: "DEST_RETRY_EXHAUSTED", retryable: false, cause: error });
    expect(gaveUp?.message).toBe(
      "given up after 3 attempts; the last error was DEST_HTTP_STATUS: the receiver answered 503",
    );
  });

  test("when the next attempt would start later than maxElapsed from the first", () => {
    const retry = policy({ jitter: "none", maxElapsed: 10_000 });
    const at = (now: number) => decideRetry(retry, failure({ now: start + now }), () => 0);
    expect(retryAtOf(at(9_000))).toBe(start + 10_000);
    expect(giveUpOf(at(9_001))).toMatchObject({ code: "DEST_RETRY_EXHAUSTED" });
    expect(giveUpOf(at(9_001))?.message).toContain("given up after 9001 ms");
    const asked = failure({ afterMs: 10_001 });
    expect(giveUpOf(decideRetry(retry, asked, () => 0))).toMatchObject({ code: "DEST_RETRY_EXHAUSTED" });
  });

  test("at once with retry: false, with the error as it is", () => {
    expect(decideRetry(false, failure({ afterMs: 5 }), () => 0)).toEqual({ giveUp: error });
  });

  test("on what may have arrived, if retry.ambiguous is false", () => {
    const ambiguous = new DestError("DEST_TIMEOUT", "too slow", { ambiguous: true });
    expect(retryAtOf(decideRetry(policy(), failure({ error: ambiguous }), () => 0))).toBe(start);
    const once = policy({ ambiguous: false });
    expect(retryAtOf(decideRetry(once, failure(), () => 0))).toBe(start);
    const gaveUp = giveUpOf(decideRetry(once, failure({ error: ambiguous }), () => 0));
    expect(gaveUp).toMatchObject({ code: "DEST_AMBIGUOUS", retryable: false, cause: ambiguous });
  });

  test("where shouldRetry says so, which is told the error and the number of the attempt", () => {
    const asked: unknown[] = [];
    const shouldRetry = (...given: unknown[]) => {
      asked.push(given);
      return given[1] === 1;
    };
    const retry = policy({ shouldRetry });
    expect(retryAtOf(decideRetry(retry, failure(), () => 0))).toBe(start);
    expect(decideRetry(retry, failure({ attempt: 2 }), () => 0)).toEqual({ giveUp: error });
    expect(asked).toEqual([
      [error, 1],
      [error, 2],
    ]);
  });

  test("whatever shouldRetry says, when maxAttempts were made", () => {
    const retry = policy({ shouldRetry: () => true, maxAttempts: 1 });
    expect(giveUpOf(decideRetry(retry, failure(), () => 0))?.code).toBe("DEST_RETRY_EXHAUSTED");
  });
});
