import type { NewMessage, Settlement } from "@dest/core";
import { afterAll, expect, test } from "vitest";
import { lmdb } from "../src/index.js";
import { newDirectory, removeDirectories } from "./support/directories.js";

afterAll(removeDirectories);

const message = (id: string): NewMessage => ({ id, destination: "there", group: "", bytes: 10, value: id });
const request = {
  destination: "there",
  now: 2_000,
  messages: 10,
  batches: 0,
  perGroup: 10,
  full: new Set<string>(),
  paused: new Set<string>(),
};

test("what a group of settlements released is not released again when the group could not be stored and comes again", async () => {
  let isFailing = false;
  const outbox = lmdb({
    path: newDirectory(),
    encode(bytes) {
      if (isFailing) throw new Error("no room");
      return bytes;
    },
    decode: (bytes) => bytes,
  });
  await outbox.open({ wake: () => undefined, warn: () => undefined, now: () => 1_000, retention: {} });
  const origin = { runId: "run", depth: 0 };
  const messages = ["run.0", "run.1"].map(message);
  await outbox.append({
    runId: "run",
    remembered: false,
    acceptedAt: 1_000,
    origin,
    firstOrdinal: 0,
    messages,
  });
  const claim = async () => (await outbox.claim(request)).messages.map(({ id }) => id);
  expect(await claim()).toEqual(["run.0", "run.1"]);

  const attempt = { startedAt: 1_500, durationMs: 1, outcome: "delivered" } as const;
  const group: Settlement[] = [
    { to: "delivered", ids: ["run.0"], attempt },
    { to: "release", ids: ["run.1"] },
  ];
  isFailing = true;
  await expect(outbox.settle(group)).rejects.toThrow("no room");
  expect(await claim()).toEqual(["run.1"]);
  isFailing = false;
  await outbox.settle(group);
  expect(await claim()).toEqual([]);
  await outbox.close();
});
