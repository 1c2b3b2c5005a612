import { EventSource } from "eventsource";
import { expect, onTestFinished, test } from "vitest";
import { numbered, setUp } from "./set-up.js";

test("the eventsource package hears its channel, and resumes when its connection is lost", async () => {
  const { url, send, server } = await setUp();
  const source = new EventSource(url);
  onTestFinished(() => source.close());
  const seen: number[] = [];
  source.addEventListener("tick", ({ data }) => seen.push((JSON.parse(data) as { n: number }).n));
  await new Promise((resolve) => source.addEventListener("open", resolve, { once: true }));
  await send(...numbered(50));
  await expect.poll(() => seen.length).toBe(50);
  server.closeAllConnections();
  await send(...numbered(50, 50));
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(100);
  expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => n));
});
