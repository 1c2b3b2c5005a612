import { statSync } from "node:fs";
import { join } from "node:path";
import type { Outbox, OutboxContext } from "@dest/core";
import { open } from "lmdb";
import { afterAll, expect, test } from "vitest";
import { Codec } from "../src/codec.js";
import { checkFormat } from "../src/format.js";
import { lmdb } from "../src/index.js";
import { format, numberBytes, readNumber } from "../src/meta.js";
import { Store } from "../src/store.js";
import { environmentOptions } from "../src/tables.js";
import { Unit } from "../src/unit.js";
import { newDirectory, removeDirectories } from "./support/directories.js";

const context: OutboxContext = {
  wake: () => undefined,
  warn: () => undefined,
  now: () => 1_000,
  retention: {},
};
const run = {
  runId: "r",
  remembered: false,
  acceptedAt: 1_000,
  origin: { runId: "r", depth: 0 },
  firstOrdinal: 0,
  messages: [{ id: "r.0", destination: "x", group: "", bytes: 1, value: "secret payload" }],
};
const request = {
  destination: "x",
  now: 1_000,
  messages: 10,
  batches: 10,
  perGroup: 10,
  full: new Set<string>(),
  paused: new Set<string>(),
};

afterAll(removeDirectories);

function openStore(path: string): Store<Unit> {
  const store: Store<Unit> = new Store(
    path,
    new Codec({}),
    () => new Unit(store),
    () => undefined,
  );
  return store;
}

async function made(path: string): Promise<void> {
  const outbox = lmdb({ path });
  await outbox.open(context);
  await outbox.append(run);
  await outbox.close();
}

async function first(outbox: Outbox): Promise<unknown> {
  await outbox.open(context);
  const { messages } = await outbox.claim(request);
  await outbox.close();
  return messages[0]?.value;
}

test("a store of a newer format is refused and left as it is", async () => {
  const path = newDirectory();
  await made(path);
  const store = openStore(path);
  await store.write({ plan: ({ tables }) => tables.meta.put("format", numberBytes(format + 1)) });
  await store.close();
  await expect(lmdb({ path }).open(context)).rejects.toMatchObject({ code: "DEST_OUTBOX_FORMAT" });
  const env = open<Buffer, string>({ path, noSubdir: false, encoding: "binary" });
  expect(readNumber(env.openDB("meta", { encoding: "binary" }), "format")).toBe(format + 1);
  await env.close();
});

test("a store of an older format is migrated step by step, in one transaction", async () => {
  const path = newDirectory();
  await made(path);
  const store = openStore(path);
  const steps: number[] = [];
  const step = (unit: Unit) => steps.push(readNumber(unit.tables.meta, "format"));
  await checkFormat(store, format + 2, { [format]: step, [format + 1]: step });
  expect(steps).toHaveLength(2);
  expect(readNumber(store.tables.meta, "format")).toBe(format + 2);
  await expect(
    checkFormat(store, format + 3, {
      [format + 2]: () => {
        throw new Error("cannot");
      },
    }),
  ).rejects.toThrow("cannot");
  expect(readNumber(store.tables.meta, "format")).toBe(format + 2);
  await store.close();
});

test("a store whose pages are as small as they once were goes on with those", async () => {
  const path = newDirectory();
  const env = () => open<Buffer, string>({ ...environmentOptions(path), pageSize: 4_096 });
  await env().close();
  const outbox = lmdb({ path });
  await outbox.open(context);
  await outbox.append({
    ...run,
    messages: [{ ...run.messages[0], value: "x".repeat(50_000) }],
  } as typeof run);
  await outbox.close();
  expect(await first(lmdb({ path }))).toHaveLength(50_000);
  const left = env();
  expect((left.getStats() as { pageSize: number }).pageSize).toBe(4_096);
  await left.close();
});

test("files are for their owner only", async () => {
  const path = join(newDirectory(), "made");
  await made(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  for (const name of ["data.mdb", "lock.mdb", "clean"])
    expect(statSync(join(path, name)).mode & 0o077).toBe(0);
});

const flip = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x55);

test("encode and decode change what is stored; without them the store is refused, and unharmed", async () => {
  const path = newDirectory();
  const outbox = lmdb({ path, encode: flip, decode: flip });
  await outbox.open(context);
  await outbox.append(run);
  await outbox.close();
  await expect(lmdb({ path }).open(context)).rejects.toMatchObject({ code: "DEST_OUTBOX_UNREADABLE" });
  expect(await first(lmdb({ path, encode: flip, decode: flip }))).toBe("secret payload");
});

test("an encode that fails refuses its run and no other", async () => {
  const failing = (bytes: Uint8Array) => {
    if (Buffer.from(bytes).includes("poison")) throw new Error("cannot encode this");
    return bytes;
  };
  const outbox = lmdb({ path: newDirectory(), encode: failing, decode: (bytes) => bytes });
  await outbox.open(context);
  const poisoned = { ...run, messages: [{ ...run.messages[0], id: "r.9", value: "poison" }] } as typeof run;
  const results = await Promise.allSettled([
    outbox.append(run),
    outbox.append(poisoned),
    outbox.append({ ...run }),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect((await outbox.claim(request)).messages).toHaveLength(2);
  await outbox.close();
});

test("options that cannot be used are refused where they are given", () => {
  const invalid = expect.objectContaining({ code: "DEST_INVALID_OPTION" });
  const given: unknown[] = [undefined, {}, { path: "" }, { path: "x", encode: flip }, { path: "x", paht: 1 }];
  for (const options of [...given, { path: "x", retention: { records: -1 } }])
    expect(() => lmdb(options as { path: string })).toThrow(invalid);
});
