import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { format } from "../src/meta.js";
import { application, cli, filledStore } from "./support/cli.js";
import { copyOf, newDirectory, removeDirectories } from "./support/directories.js";

vi.setConfig({ testTimeout: 30_000 });

const filled = newDirectory();
beforeAll(() => filledStore(filled));
afterAll(removeDirectories);

test.each(["stats", "list", "show x", "replay --status dead"])(
  "%s makes no store where none is",
  async (command) => {
    const path = newDirectory();
    const missing = join(path, "missing");
    for (const where of [path, missing, join(filled, "data.mdb")]) {
      const { code, stdout, stderr } = await cli(where, ...command.split(" "));
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/^DEST_OUTBOX_MISSING: .*\n$/);
    }
    expect(readdirSync(path)).toEqual([]);
  },
);

test("a database of another program is left as it is", async () => {
  const path = newDirectory();
  const env = open({ path, noSubdir: false });
  await env.put("key", "value");
  await env.close();
  const before = readFileSync(join(path, "data.mdb"));
  expect(await cli(path, "stats")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("DEST_OUTBOX_MISSING"),
  });
  expect(readFileSync(join(path, "data.mdb")).equals(before)).toBe(true);
  expect(readdirSync(path).sort()).toEqual(["data.mdb", "lock.mdb"]);
});

test.each([
  ["of zeros", (file: string) => writeFileSync(file, Buffer.alloc(20_000))],
  ["that is empty", (file: string) => truncateSync(file, 0)],
  ["that is too short", (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
])("a file %s is said to be damaged, and is left to the application", async (_, damage) => {
  const path = copyOf(filled);
  damage(join(path, "data.mdb"));
  const before = readFileSync(join(path, "data.mdb"));
  const { code, stderr } = await cli(path, "list");
  expect(stderr).toMatch(/^DEST_OUTBOX_CORRUPT: .*\n$/);
  expect(code).toBe(1);
  expect(readFileSync(join(path, "data.mdb")).equals(before)).toBe(true);
  expect(readdirSync(path).filter((name) => name.startsWith("damaged"))).toEqual([]);
});

test("a store of a newer format is refused", async () => {
  const path = copyOf(filled);
  const env = open<Buffer, string>({ path, noSubdir: false, encoding: "binary", maxDbs: 20 });
  const newer = Buffer.alloc(8);
  newer.writeDoubleBE(format + 1);
  await env.openDB<Buffer, string>("meta", { encoding: "binary" }).put("format", newer);
  await env.close();
  const { code, stderr } = await cli(path, "stats");
  expect(code).toBe(1);
  expect(stderr).toMatch(/^DEST_OUTBOX_FORMAT: the store has format \d+, .*\n$/);
});

test("an encoded store needs the --codec it was written with", async () => {
  const path = newDirectory();
  const flip = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x55);
  await filledStore(path, { encode: flip, decode: flip });
  const without = await cli(path, "stats");
  expect(without).toMatchObject({ code: 1, stdout: "" });
  expect(without.stderr).toMatch(/^DEST_OUTBOX_UNREADABLE: .*--codec.*\n$/);
  const codec = join(newDirectory(), "codec.mjs");
  const source = (by: number) =>
    `export const encode = (bytes) => bytes.map((byte) => byte ^ ${by}); export const decode = encode;`;
  writeFileSync(codec, source(0x55));
  const { code, stdout } = await cli(path, "list", "--status", "dead", "--codec", codec);
  expect(code).toBe(0);
  expect(stdout).toContain("order-17.1");
  expect(await cli(path, "replay", "order-17.1", "--codec", codec)).toMatchObject({ code: 0 });
  const { dest, hook } = application(path, { encode: flip, decode: flip });
  await vi.waitFor(() => expect(hook.values).toEqual([{ secret: "PAYLOAD", refused: true }]), 5_000);
  await dest.close({ timeout: 1_000 });
  writeFileSync(codec, source(0x11));
  const wrong = await cli(path, "stats", "--codec", codec);
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/^DEST_OUTBOX_UNREADABLE: .*\n$/) });
});

test("a --codec that exports no codec, or is not there, is named", async () => {
  const empty = join(newDirectory(), "empty.mjs");
  writeFileSync(empty, "export const encode = 1;");
  for (const codec of [empty, `${empty}.not-there`]) {
    const { code, stderr } = await cli(filled, "stats", "--codec", codec);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^DEST_INVALID_OPTION: --codec .*\n$/);
  }
});

test("an id that is not in the outbox", async () => {
  const { code, stdout, stderr } = await cli(filled, "show", "nobody.0");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^DEST_MESSAGE_MISSING: nobody\.0 .*\n$/);
});

test.each([
  "",
  "PATH",
  "PATH frob",
  "list",
  "PATH list --frob",
  "PATH list further",
  "PATH list --status lost",
  "PATH list --limit 0",
  "PATH list --limit many",
  "PATH list --cursor x",
  "PATH list --status",
  "PATH stats --status dead",
  "PATH show",
  "PATH show a b",
  "PATH replay",
  "PATH replay a --status dead",
  "PATH replay a --destination hook",
  "PATH replay --destination hook",
  "PATH replay --status pending",
])("dest-outbox %s is not understood", async (line) => {
  const path = join(filled, "nothing-here");
  const { code, stdout, stderr } = await cli(...line.replace("PATH", path).split(" ").filter(Boolean));
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^.+\n\nUsage: dest-outbox <path> /);
  expect(existsSync(path)).toBe(false);
});

test.each(["stats", "list", "show", "replay", ""])("help on %s", async (command) => {
  const words = command === "" ? [] : [command];
  const { code, stdout, stderr } = await cli(...words, "--help");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`Usage: dest-outbox <path> ${command || "<command>"}`);
  expect(await cli("./outbox", ...words, "-h")).toMatchObject({ code: 0, stdout });
});
