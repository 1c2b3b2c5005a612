import { expect, test } from "vitest";
import { evaluate, type Result } from "../src/result.js";
import { table } from "../src/table.js";

const about = {
  name: "http-memory",
  a: "sends through dest",
  b: "a bare loop",
  unit: "/s",
  better: "higher",
  mustReach: 0.85,
  reachFor: 0.95,
} as const;

test("a result is one line: figures, ratio with its spread, thresholds and what was reached", () => {
  const rounds = [
    { a: 30_000, b: 40_000 },
    { a: 36_040, b: 40_000 },
    { a: 40_000, b: 40_000 },
  ];
  const result: Result = { ...about, measured: evaluate(about, rounds) };
  expect(table([result]).split("\n")).toEqual([
    "             A          B          A / B             must reach  reach for  reached",
    "http-memory  36,000 /s  40,000 /s  0.90 (0.75–1.00)  ≥ 0.85      ≥ 0.95     must",
    "",
    "http-memory",
    "  A  sends through dest",
    "  B  a bare loop",
  ]);
});

test("a benchmark that was not run says why", () => {
  const lines = table([{ ...about, name: "accept-durable", notRun: "no redis-server here" }]).split("\n");
  expect(lines[1]).toMatch(/^accept-durable .* not run: no redis-server here$/);
});

test("a benchmark whose B could not be run shows A and says why", () => {
  const measured = evaluate(about, [{ a: 30_000 }]);
  const lines = table([{ ...about, measured, notRun: "no redis-server here" }]).split("\n");
  expect(lines[1]).toMatch(/^http-memory +30,000 \/s +≥ 0\.85 +≥ 0\.95 +B not run: no redis-server here$/);
});

test("what is not a ratio is named, and its thresholds have the unit", () => {
  const memory = { ...about, unit: "MB", better: "lower", judged: "difference", mustReach: 120 } as const;
  const lines = table([{ ...memory, measured: evaluate(memory, [{ a: 70, b: 40 }]) }]).split("\n");
  expect(lines[1]).toContain("A - B: 30.0 (30.0–30.0)  ≤ 120 MB");
});

test("figures of the same two share what A and B are", () => {
  const lines = table([about, { ...about, name: "memory" }].map((row) => ({ ...row, notRun: "no" }))).split(
    "\n",
  );
  expect(lines.slice(-3)).toEqual(["http-memory, memory", "  A  sends through dest", "  B  a bare loop"]);
});
