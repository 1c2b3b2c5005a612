import { expect, test } from "vitest";
import { interleave, spread } from "../src/rounds.js";

test("A and B take turns, and the first pair is not counted", async () => {
  const calls: string[] = [];
  let figure = 0;
  const side = (name: string) => async () => {
    calls.push(name);
    return figure++;
  };
  const rounds = await interleave({ a: side("a"), b: side("b") }, 3);
  expect(calls.join("")).toBe("abababab");
  expect(rounds).toEqual([
    [
      { a: 2, b: 3 },
      { a: 4, b: 5 },
      { a: 6, b: 7 },
    ],
  ]);
});

test("sides that warm up by themselves have no pair that is not counted", async () => {
  const calls: string[] = [];
  const side = (name: string) => async () => calls.push(name);
  const warmUp = async () => void calls.push("w");
  const rounds = await interleave({ a: side("a"), b: side("b"), warmUp }, 2);
  expect(calls.join("")).toBe("wabab");
  expect(rounds).toEqual([
    [
      { a: 2, b: 3 },
      { a: 4, b: 5 },
    ],
  ]);
});

test("of sides with several figures, each figure has its rounds", async () => {
  const sides = { a: async () => [1, 10], b: async () => [2, 20] };
  expect(await interleave(sides, 2)).toEqual([
    [
      { a: 1, b: 2 },
      { a: 1, b: 2 },
    ],
    [
      { a: 10, b: 20 },
      { a: 10, b: 20 },
    ],
  ]);
});

test("without B, A is measured alone", async () => {
  expect(await interleave({ a: async () => 1 }, 2)).toEqual([[{ a: 1 }, { a: 1 }]]);
});

test("a side that fails ends the measurement", async () => {
  const a = async () => 1;
  const b = async () => {
    throw new Error("3 requests are missing");
  };
  await expect(interleave({ a, b }, 5)).rejects.toThrow("3 requests are missing");
});

test("the spread of an odd number of figures has the middle one as its median", () => {
  expect(spread([10, 9, 100, 2, 11])).toEqual({ median: 10, min: 2, max: 100 });
});

test("the spread of an even number of figures has the mean of the middle two as its median", () => {
  expect(spread([4, 1, 2, 9])).toEqual({ median: 3, min: 1, max: 9 });
});

test("of nothing there is no spread", () => {
  expect(() => spread([])).toThrow("nothing was measured");
});
