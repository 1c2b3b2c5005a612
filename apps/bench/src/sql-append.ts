import { setImmediate } from "node:timers/promises";
import { createDest } from "@dest/core";
import { sql } from "@dest/sql";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Benchmark } from "./benchmark.js";

const rows = 200_000;
const perRun = 100;

interface Row {
  readonly name: string;
  readonly id: number;
  readonly email: string;
  readonly height: number;
  readonly mass: number;
  readonly seen: boolean;
}

/** What it costs to store rows of which nothing was known, beside appending them to a table that is there. */
export const sqlAppend: Benchmark = {
  name: "sql-append",
  a: `${rows} rows in runs of ${perRun}, memory outbox, until all are in a DuckDB table`,
  b: "the same rows by DuckDB's own appender, value by value, into a table of known columns",
  unit: "/s",
  better: "higher",
  mustReach: 0.2,
  reachFor: 0.4,
  async setUp() {
    return { a: () => timed(throughDest), b: () => timed(bare), tearDown: async () => {} };
  },
};

async function timed(work: () => Promise<number>): Promise<number> {
  const startedAt = performance.now();
  const stored = await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  if (stored !== rows) throw new Error(`${stored} of ${rows} rows were stored`);
  return rows / seconds;
}

async function throughDest(): Promise<number> {
  const warehouse = sql();
  const dest = createDest({ destinations: { sql: warehouse }, limits: { messages: 2 * rows } });
  for (let sent = 0; sent < rows; sent += perRun) {
    await dest.run(($) => {
      for (let at = sent; at < sent + perRun; at++) $.send.sql({ table: "people", payload: row(at) });
    });
    // A run in each turn of the event loop, as in a server.
    await setImmediate();
  }
  await dest.close({ timeout: 120_000 });
  return count((await warehouse.query("SELECT count(*) AS n FROM people")).rows[0]?.n);
}

async function bare(): Promise<number> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(
    "CREATE TABLE people (name VARCHAR, id DOUBLE, email VARCHAR, height DOUBLE, mass DOUBLE, seen BOOLEAN)",
  );
  const appender = await connection.createAppender("people");
  for (let at = 0; at < rows; at++) {
    const { name, id, email, height, mass, seen } = row(at);
    appender.appendVarchar(name);
    appender.appendDouble(id);
    appender.appendVarchar(email);
    appender.appendDouble(height);
    appender.appendDouble(mass);
    appender.appendBoolean(seen);
    appender.endRow();
  }
  appender.closeSync();
  const stored = await connection.runAndReadAll("SELECT count(*) FROM people");
  const n = count(stored.getRows()[0]?.[0]);
  connection.closeSync();
  instance.closeSync();
  return n;
}

function row(at: number): Row {
  const email = `luke.${at}@rebels.example`;
  return { name: "Luke Skywalker", id: at, email, height: 172, mass: 77.5, seen: at % 2 === 0 };
}

function count(n: unknown): number {
  return Number(n);
}
