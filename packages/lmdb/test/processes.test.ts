import { afterAll, afterEach, expect, test, vi } from "vitest";
import { newDirectory, removeDirectories } from "./support/directories.js";
import { Worker } from "./support/process.js";

vi.setConfig({ testTimeout: 20_000 });
const workers: Worker[] = [];

async function open(path: string): Promise<Worker> {
  const worker = new Worker(path);
  workers.push(worker);
  await worker.ask("open");
  return worker;
}

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.kill();
});
afterAll(removeDirectories);

test("of two processes on one path one delivers, also what the other accepted", async () => {
  const path = newDirectory();
  const first = await open(path);
  const second = await open(path);
  await second.ask("send", ["a", "b"]);
  await first.ask("send", ["c"]);
  await vi.waitFor(() => expect(first.delivered.sort()).toEqual(["a", "b", "c"]), 5_000);
  expect(second.delivered).toEqual([]);
});

test.each(["close", "kill"] as const)(
  "when the one that delivers ends (%s) another takes over",
  async (end) => {
    const path = newDirectory();
    const first = await open(path);
    const second = await open(path);
    await first.ask("send", ["a"]);
    await vi.waitFor(() => expect(first.delivered).toEqual(["a"]), 5_000);
    if (end === "close") await first.ask("close");
    // It may die before it has stored that "a" is delivered: then "a" comes twice, as after every crash.
    else await first.kill();
    await second.ask("send", ["b"]);
    await vi.waitFor(() => expect(second.delivered).toContain("b"), 5_000);
  },
);

test("what a killed process accepted is delivered by the next", async () => {
  const path = newDirectory();
  const standIn = await open(path);
  const killed = await open(path);
  await killed.ask(
    "send",
    Array.from({ length: 50 }, (_, i) => `m${i}`),
  );
  await standIn.kill();
  await killed.kill();
  const next = await open(path);
  const all = () => new Set([...standIn.delivered, ...next.delivered]).size;
  await vi.waitFor(() => expect(all()).toBe(50), 5_000);
});
