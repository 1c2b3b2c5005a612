import { expect, test } from "vitest";
import { Faults } from "../src/faults.js";
import { payload } from "../src/payload.js";
import { StoredBatches } from "../src/stored-batches.js";

function batch(id: string, ...runs: string[]) {
  return {
    id,
    key: "k",
    sealedAt: 1,
    members: runs.map((run) => ({ id: `${run}.0`, value: payload(run, 0) })),
  };
}

test("the same batch again changes nothing", () => {
  const faults = new Faults();
  const stored = new StoredBatches(faults);
  stored.store(batch("1", "a", "b"));
  stored.store(batch("1", "a", "b"));
  stored.judge(() => false);
  expect(faults.list()).toEqual([]);
});

test("a batch of one message that was given up may come again, sealed later; one of several may not", () => {
  const faults = new Faults();
  const stored = new StoredBatches(faults);
  stored.store(batch("1", "a"));
  stored.store({ ...batch("1", "a"), sealedAt: 2 });
  stored.store(batch("2", "b", "c"));
  stored.store({ ...batch("2", "b", "c"), sealedAt: 2 });
  stored.judge(() => true);
  expect(faults.list()).toEqual(["a batch came again with another content: 2 (sealed at 1, then 2)"]);
});

test("another order, another member, or a message in two batches is a fault", () => {
  const faults = new Faults();
  const stored = new StoredBatches(faults);
  stored.store(batch("1", "a", "b"));
  stored.store(batch("1", "b", "a"));
  stored.store(batch("2", "b"));
  stored.judge(() => false);
  expect(faults.list()).toEqual([
    "a batch came again with another content: 1 (2 members, then 2)",
    "a message is in more than one batch: b#0 in 1,2",
  ]);
});
