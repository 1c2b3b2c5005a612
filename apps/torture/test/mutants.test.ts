import { test } from "vitest";
import { batch, kill } from "../src/kill.js";
import { power } from "../src/power.js";
import { newSeed } from "../src/random.js";
import { measure } from "../src/trial.js";

// A trial that never fails shows nothing: each of these outboxes breaks a law, and must be caught.
const seed = newSeed();
const patience = 120_000;

test.concurrent(
  "an outbox that accepts before it has stored loses what it accepted",
  async ({ expect }) => {
    const row = await measure(kill, { seed, kills: 4, size: "quick", mutant: "early-accept" });
    expect(row.lost, `seed ${seed}`).toBeGreaterThan(0);
  },
  patience,
);

test.concurrent(
  "and acknowledges what is not flushed",
  async ({ expect }) => {
    const row = await measure(power, { seed, kills: 0, size: "quick", mutant: "early-accept" });
    expect(row.faults.join()).toContain("acknowledged before it was flushed");
  },
  patience,
);

test.concurrent(
  "an outbox that settles before the attempt has ended loses what failed or was under way",
  async ({ expect }) => {
    const row = await measure(kill, { seed, kills: 4, size: "quick", mutant: "early-settle" });
    expect(row.lost, `seed ${seed}`).toBeGreaterThan(0);
  },
  patience,
);

test.concurrent(
  "an outbox that forgets its sealed batches puts messages into two",
  async ({ expect }) => {
    const row = await measure(batch, { seed, kills: 4, size: "quick", mutant: "forgetful-seals" });
    expect(row.faults.join(), `seed ${seed}`).toContain("a message is in more than one batch");
  },
  patience,
);
