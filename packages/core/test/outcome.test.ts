import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { DestError } from "../src/errors.js";
import { readOutcome, thrownOutcome } from "../src/outcome.js";

const messages = [{ id: "r.0" }, { id: "r.1" }];
const error = new DestError("DEST_HTTP_STATUS", "the receiver answered 503");
const delivered = { status: "delivered", receipt: { key: "k" } } as const;
const retry = { status: "retry", error, afterMs: 5, progress: 1 } as const;
const rejected = { status: "rejected", error } as const;

const wholeOf = (answer: unknown) => {
  const verdict = readOutcome(answer, messages);
  if ("each" in verdict) throw new Error("expected one outcome for all");
  return verdict.whole;
};

const eachOf = (answer: ReadonlyMap<string, unknown>) => {
  const verdict = readOutcome(answer, messages);
  if ("whole" in verdict) throw new Error("expected an outcome for each");
  return verdict.each;
};

const errorOf = (outcome: unknown) => (outcome as { error: DestError }).error;

describe("what deliver returned", () => {
  test.each([delivered, retry, rejected])("$status speaks for the whole batch", (outcome) => {
    expect(wholeOf(outcome)).toBe(outcome);
  });

  test("a map speaks for each message by its id, whatever its order and whatever else is in it", () => {
    const each = eachOf(
      new Map<string, unknown>([
        ["r.1", rejected],
        ["r.0", delivered],
        ["r.7", delivered],
      ]),
    );
    expect([...each]).toEqual([
      ["r.0", delivered],
      ["r.1", rejected],
    ]);
  });

  test("a message that the map forgot is tried again, and the others are not", () => {
    const each = eachOf(new Map([["r.0", delivered]]));
    expect(each.get("r.0")).toBe(delivered);
    expect(each.get("r.1")).toMatchObject({ status: "retry", error: { code: "DEST_OUTCOME_MISSING" } });
    expect(errorOf(each.get("r.1")).message).toContain("r.1");
  });

  test("one that the map answers with something else too", () => {
    const each = eachOf(
      new Map<string, unknown>([
        ["r.0", delivered],
        ["r.1", "ok"],
      ]),
    );
    expect(each.get("r.1")).toMatchObject({ status: "retry", error: { code: "DEST_OUTCOME_INVALID" } });
  });
});

describe("what is no outcome is tried again, and the error shows what it was", () => {
  const cycle: { status?: string; self?: unknown } = { status: "ok" };
  cycle.self = cycle;

  test.each([
    ["undefined", undefined, "undefined"],
    ["null", null, "null"],
    ["a text", "delivered", "'delivered'"],
    ["another status", { status: "ok" }, "{ status: 'ok' }"],
    ["a retry without an error", { status: "retry" }, "{ status: 'retry' }"],
    ["a rejection with a plain error", { status: "rejected", error: new Error("no") }, "status: 'rejected'"],
    ["an array of outcomes", [delivered], "[ [Object] ]"],
    ["a big integer", { count: 1n }, "{ count: 1n }"],
    ["a cycle, such as a client's response", cycle, "status: 'ok'"],
  ])("%s", (_name, answer, shown) => {
    const outcome = wholeOf(answer);
    expect(outcome).toMatchObject({ status: "retry", error: { code: "DEST_OUTCOME_INVALID" } });
    expect(errorOf(outcome).message).toContain(shown);
  });

  test("and is cut short", () => {
    expect(errorOf(wholeOf({ body: "a".repeat(10_000) })).message.length).toBeLessThan(500);
  });
});

describe("what deliver threw", () => {
  test("is transient, with the error as its cause", () => {
    const cause = new TypeError("x is not a function");
    const outcome = thrownOutcome(cause);
    expect(outcome).toMatchObject({ status: "retry", error: { code: "DEST_DELIVER_FAILED", cause } });
    expect(errorOf(outcome).message).toBe("deliver threw TypeError: x is not a function");
  });

  test.each([undefined, true])("is transient if it is a DestError with retryable %s", (retryable) => {
    const thrown = new DestError("DEST_X", "x", retryable === undefined ? {} : { retryable });
    expect(thrownOutcome(thrown)).toEqual({ status: "retry", error: thrown });
  });

  test("is permanent if it is a DestError that says so", () => {
    const thrown = new DestError("DEST_X", "x", { retryable: false });
    expect(thrownOutcome(thrown)).toEqual({ status: "rejected", error: thrown });
  });

  test.each([
    ["a text", "no", "no"],
    ["undefined", undefined, "undefined"],
    ["an object", { code: 1 }, "[object Object]"],
    ["an Error of another realm", runInNewContext("new Error('from afar')"), "from afar"],
  ])("may be anything: %s", (_name, thrown, shown) => {
    const outcome = thrownOutcome(thrown);
    expect(outcome).toMatchObject({ status: "retry", error: { code: "DEST_DELIVER_FAILED" } });
    expect(errorOf(outcome).message).toBe(`deliver threw Error: ${shown}`);
  });
});
