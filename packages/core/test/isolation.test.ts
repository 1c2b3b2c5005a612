import { expect, test } from "vitest";
import { createDest, DestError, type Outcome } from "../src/index.js";
import { manualClock, recordingDestination } from "../src/testing/index.js";

test("10,000 sends over 20 origins, one silent, one refusing: 18 complete while the silent one's first attempt is open", async () => {
  const clock = manualClock();
  const refused: Outcome = { status: "retry", error: new DestError("DEST_NETWORK", "connection refused") };
  const x = recordingDestination({
    groupKey: (value) => (value as { origin: string }).origin,
    answer: async ({ group }) => {
      if (group === "silent") return new Promise<never>(() => undefined);
      await new Promise<void>((resolve) => clock.after(5, resolve));
      return group === "refusing" ? refused : { status: "delivered" };
    },
  });
  const dest = createDest({ destinations: { x }, clock });
  dest.on("warning", () => undefined);
  const origins = ["silent", "refusing", ...Array.from({ length: 18 }, (_, i) => `origin ${i}`)];
  for (let run = 0; run < 100; run++) {
    await dest.run(($) => {
      for (let i = 0; i < 100; i++) $.send.x({ origin: origins[i % 20], i });
    });
  }
  await clock.advance(29_999);
  const { items } = await dest.messages.list({ limit: 10_000 });
  const by = (status: string) => items.filter((record) => record.status === status);
  expect(by("delivered")).toHaveLength(9_000);
  const silent = items.filter(({ group }) => group === "silent");
  expect(
    silent.every(({ attempts }) => attempts.length === 0),
    "no attempt to the silent one has ended",
  ).toBe(true);
  expect(silent.filter(({ status }) => status === "delivering").length).toBeGreaterThan(0);
  // Waiting in a pause cost the refusing origin no attempts: a handful of failures and probes, not one for each message.
  const tried = items.filter(({ group }) => group === "refusing").flatMap(({ attempts }) => attempts);
  expect(tried.length).toBeLessThan(40);

  const closed = dest.close({ timeout: 1_000 });
  await clock.advance(1_000);
  const { delivered, dead, pending } = await closed;
  expect({ delivered, dead, pending }).toEqual({ delivered: 9_000, dead: 0, pending: 1_000 });
});
