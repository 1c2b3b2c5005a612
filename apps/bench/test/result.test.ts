import { expect, test } from "vitest";
import type { Benchmark } from "../src/benchmark.js";
import { evaluate, measure, type Reached } from "../src/result.js";

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
  expect((await measure(figures)).measured?.rounds).toHaveLength(5);
});

test("a benchmark for which the machine lacks something is not run, and says so", async () => {
  const setUp = async () => {
    throw new Error("it was set up");
  };
  const result = await measure({ ...figures, setUp, lacking: () => "no redis-server here" });
  expect(result).toMatchObject({ name: "figures", notRun: "no redis-server here" });
  expect(result.measured).toBeUndefined();
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
