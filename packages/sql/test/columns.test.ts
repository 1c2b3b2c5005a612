import fc from "fast-check";
import { expect, test } from "vitest";
import { setUp } from "./set-up.js";

test("the documented example: columns appear, and widen without loss", async () => {
  const { store, types, column } = setUp();
  await store("events", { event_type: "click", ts: 1557349719 });
  await store("events", { event_type: "open", ts: 1557349721, username: "test_user" });
  expect(await types("events")).toEqual({ event_type: "VARCHAR", ts: "DOUBLE", username: "VARCHAR" });
  expect(await column("events", "username")).toEqual([null, "test_user"]);
  await store("events", { event_type: "open", ts: "1557349722", username: "test_user" });
  expect((await types("events")).ts).toBe("VARCHAR");
  expect(await column("events", "ts")).toEqual(["1557349719", "1557349721", "1557349722"]);
});

test("objects are structs with dot access, whose members grow and widen", async () => {
  const { store, types, warehouse } = setUp();
  await store("people", { person: { first_name: "Luke", job: "Jedi" } });
  const { rows } = await warehouse.query("SELECT person.first_name FROM people");
  expect(rows).toEqual([{ first_name: "Luke" }]);
  await store("people", { person: { first_name: "Leia", job: 7, home: { moons: 2 } } });
  expect(await types("people")).toEqual({
    person: "STRUCT(first_name VARCHAR, job VARCHAR, home STRUCT(moons DOUBLE))",
  });
  await store("people", { person: { home: { moons: "many" } } });
  const { rows: all } = await warehouse.query(
    "SELECT person.job AS job, person.home.moons AS moons FROM people",
  );
  expect(all).toEqual([
    { job: "Jedi", moons: null },
    { job: "7", moons: "2" },
    { job: null, moons: "many" },
  ]);
});

test("each JSON type has its column type; null takes the later one, impossible dates are text", async () => {
  const { store, types, column } = setUp();
  await store("t", {
    n: null,
    b: true,
    l: [1, 2],
    d: "2026-02-28",
    w: "2026-01-02 03:04:05.5",
    x: "2026-02-30",
    e: {},
    a: [],
  });
  expect(await types("t")).toEqual({
    n: "VARCHAR",
    b: "BOOLEAN",
    l: "DOUBLE[]",
    d: "DATE",
    w: "TIMESTAMP",
    x: "VARCHAR",
    e: "VARCHAR",
    a: "VARCHAR[]",
  });
  await store("t", { n: 5, l: ["three"], d: "soon", a: [true] });
  expect(await types("t")).toMatchObject({ n: "DOUBLE", l: "VARCHAR[]", d: "VARCHAR", a: "BOOLEAN[]" });
  expect(await column("t", "l")).toEqual([["1", "2"], ["three"]]);
  expect(await column("t", "d")).toEqual(["2026-02-28", "soon"]);
  expect(await column("t", "e")).toEqual(["{}", null]);
});

test("names are kept and quoted; those that differ in case alone share a column, in one row none is lost", async () => {
  const { store, types, column } = setUp();
  await store("t", { Name: "a", 'we"ird; --': 1, "": "nameless", nested: { A: 1 } });
  await store("T", { name: "b", NAME: "c", nested: { a: 2 } });
  expect(Object.keys(await types("t"))).toEqual(["Name", 'we"ird; --', "_", "nested", "NAME_2"]);
  expect(await column("t", "Name")).toEqual(["a", "b"]);
  expect(await column("t", "NAME_2")).toEqual([null, "c"]);
});

test("beyond 1,000 columns a row keeps the others together, as JSON", async () => {
  const { store, warehouse } = setUp();
  const wide = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`c${i}`, i]));
  await store("t", wide);
  const { rows, columns } = await warehouse.query("SELECT * FROM t");
  expect(columns).toHaveLength(1_001);
  expect(rows[0]?.c999).toBe(999);
  const rest = JSON.parse(String(rows[0]?._rest)) as Record<string, number>;
  expect(Object.keys(rest)).toHaveLength(2_000);
  expect(rest.c2999).toBe(2_999);
});

test("a row without fields is a row", async () => {
  const { store, warehouse } = setUp();
  await store("t", {}, {});
  await store("t", { a: 1 });
  expect((await warehouse.query("SELECT count(*) AS n, count(a) AS a FROM t")).rows).toEqual([
    { n: 3, a: 1 },
  ]);
});

test("whatever objects come, every value can be read again", { timeout: 60_000 }, async () => {
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.constantFrom("2026-01-02", "2026-01-02 03:04:05", "2026-02-30"),
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("any"), { maxLength: 3 }), tie("object")),
    object: fc.dictionary(fc.constantFrom("a", "b", "C", "c", "d e", ""), tie("any"), { maxKeys: 4 }),
  })).object;
  const { store, warehouse } = setUp();
  let table = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(value, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
      async (batches) => {
        table += 1;
        for (const batch of batches) await store(`t${table}`, ...(batch as object[]));
        const { rows } = await warehouse.query(`SELECT * FROM t${table} ORDER BY rowid`);
        const sent = batches.flat() as object[];
        expect(rows).toHaveLength(sent.length);
        for (const [i, row] of rows.entries())
          for (const text of leavesOf(sent[i])) expect(shownIn(row), JSON.stringify(batches)).toContain(text);
      },
    ),
    { numRuns: 60, verbose: 1 },
  );
});

/** Every leaf that is no null, as it may be found in the text of its row. */
function leavesOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value === "object") return Object.values(value).flatMap(leavesOf);
  return [JSON.stringify(String(value)).slice(1, -1).replaceAll("\\", "")];
}

function shownIn(row: unknown): string {
  return JSON.stringify(row).replaceAll("\\", "");
}
