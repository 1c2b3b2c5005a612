import { expect, test } from "vitest";
import { setUp } from "./set-up.js";

const refused = expect.objectContaining({ code: "DEST_SQL_QUERY" });

test.each([
  "INSERT INTO t VALUES (2)",
  "UPDATE t SET a = 2",
  "DELETE FROM t",
  "CREATE TABLE u (a INT)",
  "DROP TABLE t",
  "ALTER TABLE t ADD COLUMN b INT",
  "ATTACH ':memory:' AS x",
  "COPY t TO '/tmp/x.csv'",
  "SELECT * FROM read_csv('/etc/passwd')",
  "SELECT * FROM read_text('/etc/passwd')",
  "FROM '/etc/passwd'",
  "SELECT * FROM glob('/etc/*')",
  "SELECT getenv('HOME')",
  "PRAGMA database_list",
  "SET memory_limit = '1GB'",
  "CALL pragma_version()",
  "EXPLAIN ANALYZE INSERT INTO t VALUES (2)",
  "EXPLAIN SELECT 1",
  "IMPORT DATABASE '/tmp'",
  "EXPORT DATABASE '/tmp/x'",
  "INSTALL httpfs",
  "LOAD httpfs",
  "PIVOT t ON a",
  "SELECT 1; DELETE FROM t",
  "SELECT 1; SELECT 2",
  "/* SELECT */ DELETE FROM t",
  "-- SELECT\nDELETE FROM t",
  "/* a */ -- b\n /* c */ INSERT INTO t VALUES (2)",
  "WITH x AS (INSERT INTO t VALUES (2) RETURNING a) SELECT * FROM x",
  "SELECT nextval('s')",
  "BEGIN",
  "",
  "  ",
  "-- nothing",
  "/* nothing */",
  ";",
  "SELECT",
  "SELECT * FROM nowhere",
])("refused: %s", async (text) => {
  const { store, warehouse, column } = setUp();
  await store("t", { a: 1 });
  await expect(warehouse.query(text)).rejects.toThrow(refused);
  expect(await column("t", "a")).toEqual([1]);
});

test.each([
  "SELECT a FROM t",
  "/* why */ SELECT a FROM t -- because",
  "WITH x AS (FROM t) SELECT a FROM x",
  "FROM t",
  "(SELECT a FROM t)",
  "SELECT a FROM t;",
])("run: %s", async (text) => {
  const { store, warehouse } = setUp();
  await store("t", { a: 1 });
  expect((await warehouse.query(text)).rows).toEqual([{ a: 1 }]);
});

test("parameters stand for themselves", async () => {
  const { store, warehouse } = setUp();
  await store("t", { a: "x'; DROP TABLE t" }, { a: "y" });
  const { rows, columns } = await warehouse.query("SELECT count(*) AS n FROM t WHERE a = $1", [
    "x'; DROP TABLE t",
  ]);
  expect({ rows, columns }).toEqual({ rows: [{ n: 1 }], columns: [{ name: "n", type: "BIGINT" }] });
});

test("too many rows, and too long, are said; the next query runs", async () => {
  const { warehouse } = setUp({ maxRows: 10, queryTimeout: 50 });
  await expect(warehouse.query("SELECT * FROM range(11)")).rejects.toThrow(/more than 10 rows/);
  const endless = "SELECT count(*) FROM range(100000000000) a, range(100000000000) b";
  await expect(warehouse.query(endless)).rejects.toMatchObject({ code: "DEST_SQL_TIMEOUT" });
  expect((await warehouse.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
});

const ask = (query: string, headers: Record<string, string> = {}) =>
  new Request("http://127.0.0.1/sql", { method: "POST", headers, body: JSON.stringify({ query }) });

test("the query API answers JSON and CSV", async () => {
  const { warehouse, store } = setUp({ authorize: "public" });
  const response = await warehouse.fetch(ask("SELECT 1 AS one"));
  expect(await response.json()).toEqual({
    resultSet: {
      ResultSetMetadata: { ColumnInfo: [{ Name: "one", Type: "INTEGER" }] },
      Rows: [{ Data: [{ VarCharValue: "one" }] }, { Data: [{ VarCharValue: "1" }] }],
    },
  });
  const csv = await warehouse.fetch(ask("SELECT 1 AS one, 'a,\"b\"' AS two", { accept: "text/csv" }));
  expect(csv.headers.get("content-type")).toMatch(/^text\/csv/);
  expect(await csv.text()).toBe('one,two\r\n1,"a,""b"""\r\n');
  await store("t", { n: 1557349719, l: ["a", "b"], x: null, d: "2026-01-02" });
  const { resultSet } = (await (await warehouse.fetch(ask("SELECT * FROM t"))).json()) as {
    resultSet: { Rows: unknown[] };
  };
  expect(resultSet.Rows[1]).toEqual({
    Data: [{ VarCharValue: "1557349719" }, { VarCharValue: "[a, b]" }, {}, { VarCharValue: "2026-01-02" }],
  });
});

test("401 without the token, and without authorize; errors are 400 with the reason", async () => {
  const { warehouse } = setUp({ authorize: ({ headers }) => headers.get("authorization") === "Bearer good" });
  expect((await warehouse.fetch(ask("SELECT 1"))).status).toBe(401);
  expect((await warehouse.fetch(ask("SELECT 1", { authorization: "Bearer good" }))).status).toBe(200);
  const wrong = await warehouse.fetch(ask("DELETE FROM t", { authorization: "Bearer good" }));
  expect([wrong.status, await wrong.text()]).toEqual([
    400,
    expect.stringContaining("only reading statements"),
  ]);
  const nobody = await setUp().warehouse.fetch(ask("SELECT 1"));
  expect([nobody.status, await nobody.text()]).toEqual([401, expect.stringContaining("authorize")]);
  const { warehouse: open } = setUp({ authorize: "public" });
  expect((await open.fetch(new Request("http://h/sql"))).status).toBe(405);
  expect((await open.fetch(new Request("http://h/other"))).status).toBe(404);
  expect((await open.fetch(new Request("http://h/sql", { method: "POST", body: "x" }))).status).toBe(400);
});
