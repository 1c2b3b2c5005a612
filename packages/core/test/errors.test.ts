import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { asError, DestError, invalid, invalidOption } from "../src/errors.js";

describe("DestError", () => {
  test("is an Error with a code, a message, and what its maker says of it", () => {
    const cause = new Error("why");
    const error = new DestError("DEST_X", "do this", { cause, retryable: false, ambiguous: true });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "DestError", code: "DEST_X", message: "do this" });
    expect(error).toMatchObject({ cause, retryable: false, ambiguous: true });
    expect(String(error)).toBe("DestError: do this");
  });

  test("says nothing where its maker did not", () => {
    const error = new DestError("DEST_X", "x");
    expect([error.retryable, error.ambiguous]).toEqual([undefined, undefined]);
    expect("cause" in error).toBe(false);
  });

  test("of another copy of the package is recognised, in both directions", async () => {
    const url = "../src/errors.js?copy";
    const copy: typeof import("../src/errors.js") = await import(url);
    const [theirs, ours] = [new copy.DestError("DEST_X", "x"), new DestError("DEST_X", "x")];
    expect(theirs).not.toBeInstanceOf(DestError);
    expect(DestError.is(theirs)).toBe(true);
    expect(copy.DestError.is(ours)).toBe(true);
  });

  test("nothing else is one", () => {
    const alike = { name: "DestError", code: "DEST_X", message: "x" };
    for (const value of [new Error("x"), alike, DestError, "DEST_X", null, undefined]) {
      expect(DestError.is(value)).toBe(false);
    }
  });

  test("keeps its mark to itself", () => {
    expect(JSON.parse(JSON.stringify(new DestError("DEST_X", "x")))).toEqual({
      name: "DestError",
      code: "DEST_X",
    });
    expect(Object.getOwnPropertySymbols({ ...new DestError("DEST_X", "x") })).toEqual([]);
  });
});

describe("an invalid value", () => {
  class Cart {}

  test.each([
    ["undefined", undefined],
    ["null", null],
    ["5", 5],
    ["5", 5n],
    ["not a url", "not a url"],
    ["Symbol(s)", Symbol("s")],
    ["function onDone", function onDone() {}],
    [
      "function (anonymous)",
      (
        () => () =>
          1
      )(),
    ],
    ["an array of 2", [1, 2]],
    ["[object Object]", { a: 1 }],
    ["[object Object]", Object.create(null)],
    ["[object Cart]", new Cart()],
    ["[object Map]", new Map()],
    [`${"a".repeat(100)}…`, "a".repeat(101)],
  ])("is shown as %s", (shown, value) => {
    const error = invalid("url", value);
    expect(error.code).toBe("DEST_INVALID_PAYLOAD");
    expect(error.retryable).toBe(false);
    expect(error.message).toBe(`invalid value ${shown} for url`);
  });

  test("comes with what to do, where there is more to say", () => {
    expect(invalid("headers.accept", 5, "send a string").message).toBe(
      "invalid value 5 for headers.accept: send a string",
    );
  });

  test("of an option says what it must be", () => {
    const error = invalidOption("http: timeout", "5s", "must be a number of at least 1");
    expect(error.code).toBe("DEST_INVALID_OPTION");
    expect(error.retryable).toBe(false);
    expect(error.message).toBe("http: timeout: must be a number of at least 1, not 5s");
  });
});

describe("whatever was thrown becomes an Error", () => {
  test("one that is one already is kept, of another copy or realm too", () => {
    for (const error of [
      new TypeError("x"),
      new DestError("DEST_X", "x"),
      runInNewContext("new Error('x')"),
    ]) {
      expect(asError(error)).toBe(error);
    }
  });

  test.each([
    ["no", "no"],
    [undefined, "undefined"],
    [{ code: 1 }, "[object Object]"],
  ])("%j", (thrown, message) => {
    expect(asError(thrown)).toMatchObject({ name: "Error", message });
  });
});
