import fc from "fast-check";
import { test } from "vitest";
import { memoryOutbox } from "../src/index.js";
import { action, live, options } from "./model/actions.js";
import type { Store } from "./model/world.js";

const runs = Number(process.env.DEST_MODEL_RUNS ?? 1_000);
const memory: Store = { create: memoryOutbox, crash: (outbox) => outbox.close().then(() => outbox) };

test(`whatever is sent, fails, pauses, is flushed, replayed or crashes: every law holds after every step (${runs} runs)`, {
  timeout: 600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(options, fc.array(action, { minLength: 1, maxLength: 25 }), (given, steps) =>
      live(given, steps, memory),
    ),
    { numRuns: runs },
  );
});
