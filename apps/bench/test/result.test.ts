import { expect, test } from "vitest";
import type { Benchmark, Judged } from "../src/benchmark.js";
import { evaluate, measure, type Reached } from "../src/result.js";
import type { Spread } from "../src/rounds.js";

const rounds = (ratio: number) => [{ a: ratio * 100, b: 100 }];

test.each<[ratio: number, Reached]>([
  [4.1, "no"],
  [4, "must"],
  [2.5, "both"],
])("where lower is better, %d reaches: %s", (ratio, reached) => {
  expect(evaluate({ better: "lower", mustReach: 4, reachFor: 2.5 }, rounds(ratio)).reached).toBe(reached);
});

test.each<[ratio: number, Reached]>([
  [0.84, "no"],
  [0.85, "must"],
  [0.95, "both"],
])("where higher is better, %d reaches: %s", (ratio, reached) => {
  expect(evaluate({ better: "higher", mustReach: 0.85, reachFor: 0.95 }, rounds(ratio)).reached).toBe(
    reached,
  );
});

const threeRounds = [
  { a: 2, b: 1 },
  { a: 30, b: 10 },
  { a: 4, b: 4 },
];

test.each<[Judged, Spread]>([
  ["ratio", { median: 2, min: 1, max: 3 }],
  ["difference", { median: 1, min: 0, max: 20 }],
  ["a", { median: 4, min: 2, max: 30 }],
])("what is judged is taken within each round: %s", (judged, expected) => {
  expect(evaluate({ better: "lower", judged }, threeRounds).judged).toEqual(expected);
});

test("without thresholds nothing is reached", () => {
  expect(evaluate({ better: "lower" }, threeRounds).reached).toBeUndefined();
});

const figures: Benchmark = {
  name: "figures",
  a: "two",
  b: "one",
  unit: "ns",
  better: "lower",
  mustReach: 3,
  reachFor: 2,
  setUp: async () => ({ a: async () => 2, b: async () => 1, tearDown: async () => undefined }),
};

test("at least five rounds are measured", async () => {
  const [result] = await measure(figures);
  expect(result?.measured?.rounds).toHaveLength(5);
});

test("each figure is a result, with its own thresholds", async () => {
  const more = [{ name: "memory", unit: "MB", better: "lower", judged: "difference" }] as const;
  const setUp = async () => ({ ...(await figures.setUp(5)), a: async () => [2, 70], b: async () => [1, 40] });
  const results = await measure({ ...figures, more, setUp });
  expect(results.map(({ name, unit, measured }) => [name, unit, measured?.judged?.median])).toEqual([
    ["figures", "ns", 2],
    ["memory", "MB", 30],
  ]);
});

test("where only B cannot be run, A is measured and the reason is said", async () => {
  const [result] = await measure({ ...figures, lackingForB: () => "no redis-server here" });
  expect(result).toMatchObject({ notRun: "no redis-server here", measured: { a: { median: 2 } } });
  expect(result?.measured?.judged).toBeUndefined();
});

test("a benchmark for which the machine lacks something is not run, and says so", async () => {
  const setUp = async () => {
    throw new Error("it was set up");
  };
  const [result] = await measure({ ...figures, setUp, lacking: () => "no redis-server here" });
  expect(result).toMatchObject({ name: "figures", notRun: "no redis-server here" });
  expect(result?.measured).toBeUndefined();
});

test("what was set up is torn down when a side fails", async () => {
  let tornDown = false;
  const setUp = async () => ({
    a: async () => Promise.reject(new Error("a message was lost")),
    b: async () => 1,
    tearDown: async () => {
      tornDown = true;
    },
  });
  await expect(measure({ ...figures, setUp })).rejects.toThrow("a message was lost");
  expect(tornDown).toBe(true);
});
