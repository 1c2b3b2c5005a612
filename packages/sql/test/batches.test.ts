import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDest } from "@dest/core";
import { manualClock } from "@dest/core/testing";
import { expect, onTestFinished, test } from "vitest";
import { sql } from "../src/index.js";
import { setUp } from "./set-up.js";
import { thrownBy } from "./thrown-by.js";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "dest-sql-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test("rows of a minute are one batch, whose record names table and rows", async () => {
  const clock = manualClock();
  const warehouse = sql();
  const dest = createDest({ destinations: { sql: warehouse }, clock });
  const delivered: unknown[] = [];
  const all = new Promise<void>((resolve) =>
    dest.on("delivered", ({ receipt, batchId }) => {
      if (delivered.push({ receipt, batchId }) === 30) resolve();
    }),
  );
  for (let run = 0; run < 10; run++)
    await dest.run(($) => {
      for (let n = 0; n < 3; n++) $.send.sql({ table: "t", payload: { run, n } });
    });
  await clock.advance(60_000);
  await all;
  expect(new Set(delivered.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(delivered[0]).toMatchObject({ receipt: { table: "t", rows: 30 } });
  const closing = dest.close();
  await clock.advance(20_000);
  await closing;
});

test("a batch that comes again changes nothing, also after a restart", async () => {
  const path = join(folder(), "events.duckdb");
  const batch = {
    id: "b_1",
    key: "t",
    group: "",
    sealedAt: 0,
    attempt: 1,
    messages: [1, 2].map((n) => ({
      id: `r.${n}`,
      value: { table: "t", row: JSON.stringify({ n }) },
      acceptedAt: 0,
      origin: { runId: "r", depth: 0 },
      idempotencyKey: `r.${n}`,
    })),
  } as never;
  const context = {
    name: "sql",
    signal: new AbortController().signal,
    onAbort() {},
    clock: manualClock(),
    record() {},
  };
  const receipts: unknown[] = [];
  for (let life = 0; life < 2; life++) {
    const warehouse = sql({ path });
    for (let attempt = 0; attempt < 2; attempt++) receipts.push(await warehouse.deliver(batch, context));
    expect((await warehouse.query("SELECT n FROM t ORDER BY n")).rows).toEqual([{ n: 1 }, { n: 2 }]);
    await warehouse.close();
  }
  const again = { status: "delivered", receipt: { table: "t", rows: 2, repeated: true } };
  expect(receipts).toEqual([{ status: "delivered", receipt: { table: "t", rows: 2 } }, again, again, again]);
});

test("columns are still known after a restart", async () => {
  const path = join(folder(), "events.duckdb");
  const first = setUp({ path });
  await first.store("t", { a: null, s: { b: 1 } });
  await first.dest.close();
  const second = setUp({ path });
  await second.store("t", { a: 1, s: { b: "x", c: true } });
  expect(await second.types("t")).toEqual({ a: "DOUBLE", s: "STRUCT(b VARCHAR, c BOOLEAN)" });
  expect(await second.column("t", "s")).toEqual([
    { b: "1", c: null },
    { b: "x", c: true },
  ]);
});

test("a file that another process has open is a retry with a code; the rows stay in the outbox", async () => {
  const path = join(folder(), "events.duckdb");
  const first = setUp({ path });
  await first.store("t", { a: 1 });
  const script = `
    import { DuckDBInstance } from "@duckdb/node-api";
    try { await DuckDBInstance.create(${JSON.stringify(path)}); console.log("opened"); }
    catch (error) { console.log(error.message); }`;
  const other = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: import.meta.dirname,
  });
  const message = other.stdout.toString();
  expect(message).toMatch(/lock/);
  // Within one process DuckDB would open it silently.
  const second = sql({ path, batch: { maxWait: 0 } });
  const dest = createDest({ destinations: { sql: second } });
  const retried = new Promise<string | undefined>((resolve) =>
    dest.on("retry", ({ attempts }) => resolve(attempts.at(-1)?.error?.code)),
  );
  await dest.run(($) => $.send.sql({ table: "t", payload: { a: 2 } }));
  expect(await retried).toBe("DEST_SQL_LOCKED");
  await dest.close({ timeout: 0 });
});

test("a file that is no database is said", async () => {
  const path = join(folder(), "events.duckdb");
  writeFileSync(path, "this is no database, though it is long enough to be looked at as one".repeat(100));
  await expect(sql({ path }).query("SELECT 1")).rejects.toMatchObject({ code: "DEST_SQL_CORRUPT" });
});

test("retention deletes rows that were stored too long ago", async () => {
  const clock = manualClock();
  const warehouse = sql({ retention: { days: 30 }, batch: { maxWait: 0 } });
  const dest = createDest({ destinations: { sql: warehouse }, clock });
  const store = async (n: number) => {
    const delivered = new Promise((resolve) => dest.on("delivered", resolve));
    await dest.run(($) => $.send.sql({ table: "t", payload: { n } }));
    await delivered;
  };
  await store(1);
  await clock.advance(20 * 86_400_000);
  await store(2);
  await clock.advance(11 * 86_400_000);
  await store(3);
  expect((await warehouse.query("SELECT n FROM t ORDER BY n")).rows).toEqual([{ n: 2 }, { n: 3 }]);
  const closing = dest.close();
  await clock.advance(20_000);
  await closing;
});

test("what cannot be a row is refused at the call", () => {
  const { dest } = setUp();
  const sending = (event: object) => {
    const run = dest.begin();
    try {
      return thrownBy(() => run.$.send.sql(event as never)).message;
    } finally {
      run.discard();
    }
  };
  expect(sending({ table: "t", payload: [{ a: 1 }] })).toMatch(
    /for payload: a call is one row: loop over them/,
  );
  expect(sending({ table: "_t", payload: {} })).toMatch(/for table/);
  expect(sending({ table: "t; DROP TABLE x", payload: {} })).toMatch(/for table/);
});
