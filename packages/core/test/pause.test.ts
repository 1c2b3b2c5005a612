import { describe, expect, test } from "vitest";
import { PauseState } from "../src/pause.js";

const policy = { after: 3, minDelay: 1_000, maxDelay: 5_000 };

function failTimes(state: PauseState, times: number, now = 0): boolean[] {
  return Array.from({ length: times }, () => state.failed(policy, now));
}

describe("a group pauses", () => {
  test("after so many failures in a row", () => {
    const state = new PauseState();
    expect(failTimes(state, 2)).toEqual([false, false]);
    expect(state.until).toBeUndefined();
    expect(failTimes(state, 1, 50)).toEqual([true]);
    expect(state.until).toBe(1_050);
    expect(state.failures).toBe(3);
  });

  test("not where a success came between", () => {
    const state = new PauseState();
    failTimes(state, 2);
    state.succeeded();
    expect(failTimes(state, 2)).toEqual([false, false]);
    expect(state.failures).toBe(2);
  });

  test("no longer for failures that were under way when the pause began", () => {
    const state = new PauseState();
    expect(failTimes(state, 6)).toEqual([false, false, true, false, false, false]);
    expect([state.until, state.failures]).toEqual([1_000, 3]);
  });
});

describe("when the pause is over", () => {
  test("a probe that fails begins one twice as long, up to maxDelay", () => {
    const state = new PauseState();
    failTimes(state, 3);
    const lengths = [1, 2, 3, 4, 5].map(() => {
      const now = state.until as number;
      state.ended();
      expect([state.probing, state.until]).toEqual([true, undefined]);
      expect(state.failed(policy, now)).toBe(true);
      return (state.until as number) - now;
    });
    expect(lengths).toEqual([2_000, 4_000, 5_000, 5_000, 5_000]);
  });

  test("a probe that succeeds ends the matter: the next pause takes as many failures, and is as short, as the first", () => {
    const state = new PauseState();
    failTimes(state, 3);
    state.ended();
    failTimes(state, 1, 1_000);
    state.succeeded();
    expect([state.probing, state.until, state.failures]).toEqual([false, undefined, 0]);
    expect(failTimes(state, 3, 10_000)).toEqual([false, false, true]);
    expect(state.until).toBe(11_000);
  });
});

test("a success while it pauses ends the pause", () => {
  const state = new PauseState();
  failTimes(state, 3);
  state.succeeded();
  expect([state.probing, state.until]).toEqual([false, undefined]);
});

test("nothing is probed before there was a pause", () => {
  const state = new PauseState();
  failTimes(state, 2);
  expect(state.probing).toBe(false);
});
