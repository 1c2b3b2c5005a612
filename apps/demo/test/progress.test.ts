import { expect, test } from "vitest";
import type { DeliveryCounts } from "../src/deliveries.js";
import { painter } from "../src/paint.js";
import { bar, lines } from "../src/progress.js";

const counts = (delivered: number, others: Partial<DeliveryCounts> = {}): DeliveryCounts => ({
  total: 6,
  delivered,
  dead: 0,
  retrying: 0,
  ...others,
});

function screen() {
  const written: string[] = [];
  return { written, write: (text: string) => written.push(text) };
}

test("the bar is drawn over itself and grows with what is delivered", () => {
  const to = screen();
  const progress = bar(to, (_, text) => text);
  for (const delivered of [0, 3, 3, 6]) progress.show(counts(delivered));
  progress.end();
  const full = to.written.map((text) => text.split("█").length - 1);
  expect(full).toEqual([0, 12, 24, 0]);
  expect(to.written[1]).toMatch(/^\r.*3\/6 delivered/);
});

test("the bar says what is dead and what is retrying", () => {
  const to = screen();
  bar(to, (_, text) => text).show(counts(3, { dead: 1, retrying: 2 }));
  expect(to.written[0]).toContain("3/6 delivered, 1 dead, 2 retrying");
});

test("plain lines are few, and the last one says how it ended", () => {
  const to = screen();
  let now = 0;
  const progress = lines(to, () => now);
  for (const delivered of [0, 1, 2, 3, 4, 5, 6]) {
    progress.show(counts(delivered));
    now += 150;
  }
  progress.end();
  expect(to.written).toEqual(["  0/6 delivered\n", "  3/6 delivered\n", "  6/6 delivered\n", "\n"]);
});

test("without messages there is no progress", () => {
  const to = screen();
  for (const progress of [bar(to, (_, text) => text), lines(to)]) {
    progress.show(counts(0, { total: 0 }));
    progress.end();
  }
  expect(to.written).toEqual([]);
});

test("colours are for terminals, and NO_COLOR turns them off", () => {
  expect(painter(true, {})("red", "x")).not.toBe("x");
  expect(painter(true, { NO_COLOR: "1" })("red", "x")).toBe("x");
  expect(painter(true, { TERM: "dumb" })("red", "x")).toBe("x");
  expect(painter(false, {})("red", "x")).toBe("x");
});
