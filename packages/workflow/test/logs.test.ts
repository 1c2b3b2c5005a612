import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runWorkflow } from "../src/index.js";
import { setUp, workflowOf } from "./set-up.js";

// What the steps print is also printed, which need not be seen here.
const restore: (() => void)[] = [];
beforeAll(() => {
  for (const level of ["log", "warn", "error"] as const) {
    const spy = vi.spyOn(console, level).mockImplementation(() => {});
    restore.push(() => spy.mockRestore());
  }
});
afterAll(() => {
  for (const undo of restore) undo();
});

test("what steps print is kept per step, in order, as the console prints it", async () => {
  const { dest } = setUp();
  const workflow = workflowOf(
    async () => {
      console.log("total %d", 3, { of: [1, 2] });
      await new Promise((resolve) => setTimeout(resolve, 1));
      console.warn("after an await");
    },
    async () => {
      await new Promise<void>((resolve) => {
        setTimeout(() => {
          console.error("in a callback");
          resolve();
        });
      });
    },
  );
  const { logs } = await runWorkflow(dest, workflow);
  expect(logs).toEqual([
    { step: "a", level: "log", text: "total 3 { of: [ 1, 2 ] }" },
    { step: "a", level: "warn", text: "after an await" },
    { step: "b", level: "error", text: "in a callback" },
  ]);
});

test("runs at the same time keep what is theirs, and what is printed outside belongs to none", async () => {
  const { dest } = setUp();
  const workflow = workflowOf(async ({ steps }) => {
    const { n } = steps.trigger.event;
    await new Promise((resolve) => setTimeout(resolve, 3 - n));
    console.log(n);
  });
  const running = [1, 2].map((n) => runWorkflow(dest, workflow, { event: { n } }));
  console.log("outside");
  const results = await Promise.all(running);
  expect(results.map(({ logs }) => logs.map(({ text }) => text))).toEqual([["1"], ["2"]]);
});

test("of endless output 1,000 entries are kept, and the rest is counted", async () => {
  const { dest } = setUp();
  const workflow = workflowOf(() => {
    for (let n = 0; n < 1_500; n++) console.log(n === 0 ? "x".repeat(20_000) : n);
  });
  const { logs } = await runWorkflow(dest, workflow);
  expect(logs).toHaveLength(1_001);
  expect(logs[0]?.text).toHaveLength(10_001);
  expect(logs.at(-1)?.text).toBe("500 more were not kept");
});
