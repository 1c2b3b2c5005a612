import type { Outbox } from "@dest/core";
import fc from "fast-check";
import { afterAll, test } from "vitest";
import { action, live, options } from "../../core/test/model/actions.js";
import { lmdb } from "../src/index.js";
import { copyOf, newDirectory, removeDirectories } from "./support/directories.js";

const runs = Number(process.env.DEST_MODEL_RUNS ?? 100);
const paths = new Map<Outbox, string>();

function on(path: string): Outbox {
  const outbox = lmdb({ path });
  paths.set(outbox, path);
  return outbox;
}

const store = {
  create: () => on(newDirectory()),
  async crash(outbox: Outbox): Promise<Outbox> {
    const copy = on(copyOf(paths.get(outbox) as string));
    await outbox.close();
    return copy;
  },
};

afterAll(removeDirectories);

test(`the model of the dispatcher and its laws, on the real store (${runs} runs)`, {
  timeout: 600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(options, fc.array(action, { minLength: 1, maxLength: 25 }), (given, steps) =>
      live(given, steps, store),
    ),
    { numRuns: runs },
  );
});
