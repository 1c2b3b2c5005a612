import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createDest, type DestError, type Outbox } from "@dest/core";
import { recordingDestination } from "@dest/core/testing";
import { afterAll, expect, test, vi } from "vitest";
import { lmdb } from "../src/index.js";
import { beginRecovery } from "../src/recovery.js";
import { newDirectory, removeDirectories } from "./support/directories.js";

vi.setConfig({ testTimeout: 60_000 });
afterAll(removeDirectories);

const count = 400;
const nameOf = (i: number) => `message-${String(i).padStart(4, "0")}`;

/** A store with messages that wait, closed in order. */
async function filled(): Promise<string> {
  const path = newDirectory();
  const outbox = lmdb({ path });
  await outbox.open({ wake: () => undefined, warn: () => undefined, now: () => 1_000, retention: {} });
  await appendAll(outbox);
  await outbox.close();
  return path;
}

async function appendAll(outbox: Outbox): Promise<void> {
  for (let run = 0; run < count / 4; run++) {
    const runId = `run${run}`;
    const messages = Array.from({ length: 4 }, (_, i) => ({
      id: `${runId}.${i}`,
      destination: "there",
      group: "",
      bytes: 300,
      value: { name: nameOf(run * 4 + i), pad: "x".repeat(280) },
    }));
    const origin = { runId, depth: 0 };
    await outbox.append({ runId, remembered: false, acceptedAt: 1_000, origin, firstOrdinal: 0, messages });
  }
}

async function emptyStore(): Promise<string> {
  const path = newDirectory();
  const outbox = lmdb({ path });
  await outbox.open({ wake: () => undefined, warn: () => undefined, now: () => 1_000, retention: {} });
  await outbox.close();
  return path;
}

/** What a new instance delivers of it, and what it says. */
async function deliver(path: string): Promise<{ names: Set<string>; warnings: DestError[] }> {
  const warnings: DestError[] = [];
  const there = recordingDestination();
  const dest = createDest({ destinations: { there }, outbox: lmdb({ path }) });
  dest.on("warning", (error) => warnings.push(error));
  const { pending } = await dest.close({ timeout: 20_000 });
  expect(pending).toBe(0);
  return { names: new Set(there.values.map((value) => (value as { name: string }).name)), warnings };
}

test("a store whose process was killed is whole: nothing is said, nothing set aside", async () => {
  const path = newDirectory();
  const outbox = lmdb({ path });
  await outbox.open({ wake: () => undefined, warn: () => undefined, now: () => 1_000, retention: {} });
  await appendAll(outbox);
  const copy = newDirectory();
  cpSync(path, copy, { recursive: true });
  await outbox.close();
  const { names, warnings } = await deliver(copy);
  expect([names.size, warnings]).toEqual([count, []]);
  expect(readdirSync(copy).filter((name) => name.startsWith("damaged-"))).toEqual([]);
});

test("a flipped byte in a value is said; the rest is delivered", async () => {
  const path = await filled();
  const file = join(path, "data.mdb");
  const bytes = readFileSync(file);
  // Pages that were written anew leave copies of what they had.
  for (let at = bytes.indexOf(nameOf(100)); at >= 0; at = bytes.indexOf(nameOf(100), at + 1))
    bytes[at] = (bytes[at] as number) ^ 0xff;
  writeFileSync(file, bytes);
  const { names, warnings } = await deliver(path);
  // The four messages of a run lie together.
  expect(names.size).toBe(count - 4);
  expect(warnings.map(({ code }) => code)).toContain("DEST_OUTBOX_CORRUPT");
  expect((await deliver(path)).warnings).toEqual([]);
});

test("a store that is too short is set aside; what can be read of it is carried over", async () => {
  const path = await filled();
  const file = join(path, "data.mdb");
  truncateSync(file, Math.floor(statSync(file).size / 2));
  const { names, warnings } = await deliver(path);
  expect(warnings.map(({ code }) => code)).toContain("DEST_OUTBOX_CORRUPT");
  expect(readdirSync(path).filter((name) => name.startsWith("damaged-"))).toHaveLength(1);
  for (const name of names) expect(name).toMatch(/^message-/);
});

test("who ends while it carries over has lost nothing: the next one carries over again, and says so", async () => {
  const path = await filled();
  const half = await emptyStore();
  const { aside } = beginRecovery(path, "for this test");
  // What the first had made until it ended.
  cpSync(half, path, { recursive: true });
  const { names, warnings } = await deliver(path);
  expect(names.size).toBe(count);
  expect(warnings.map(({ code }) => code)).toEqual(["DEST_OUTBOX_CORRUPT"]);
  expect(existsSync(aside)).toBe(false);
  expect(readdirSync(path).filter((name) => name.startsWith("damaged-"))).toHaveLength(1);
});

test("whatever is flipped or cut off, it opens, says so where something is missing, and delivers the rest", async () => {
  const seed = Number(process.env.DEST_SEED ?? Date.now() % 100_000);
  console.log(`damage seed ${seed}`);
  let state = seed;
  const random = (below: number) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let trial = 0; trial < 6; trial++) {
    const path = await filled();
    const file = join(path, "data.mdb");
    const bytes = readFileSync(file);
    for (let flips = 1 + random(20); flips > 0; flips--) {
      const at = random(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 + random(255));
    }
    writeFileSync(file, bytes);
    const { names, warnings } = await deliver(path);
    const isSaid = warnings.some(({ code }) => code === "DEST_OUTBOX_CORRUPT");
    expect({ trial, isComplete: names.size === count, isSaid }).toEqual(
      names.size === count ? { trial, isComplete: true, isSaid } : { trial, isComplete: false, isSaid: true },
    );
    for (const name of names) expect(name).toMatch(/^message-\d{4}$/);
  }
});

test("a store with a header of zeros does not end the process that opens it", async () => {
  const path = await filled();
  const file = join(path, "data.mdb");
  const bytes = readFileSync(file).fill(0, 0, 8_192);
  writeFileSync(file, bytes);
  const { warnings } = await deliver(path);
  expect(warnings.map(({ code }) => code)).toContain("DEST_OUTBOX_CORRUPT");
});

test("a process whose store is moved away says so and accepts nothing more", async () => {
  const path = await filled();
  const outbox = lmdb({ path });
  const warnings: string[] = [];
  const warn = ({ code }: DestError) => warnings.push(code);
  await outbox.open({ wake: () => undefined, warn, now: () => 1_000, retention: {} });
  renameSync(join(path, "data.mdb"), join(path, "elsewhere.mdb"));
  await vi.waitFor(() => expect(warnings).toEqual(["DEST_OUTBOX_FAILED"]), 5_000);
  await expect(appendAll(outbox)).rejects.toMatchObject({ code: "DEST_OUTBOX_FAILED" });
  await outbox.close();
});
