import fc from "fast-check";
import { expect, test } from "vitest";
import { Codec } from "../src/codec.js";
import { fromColumn, Text, toColumn } from "../src/columns.js";

const asJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

function back(values: readonly unknown[]): unknown[] {
  const text = new Text();
  const column = asJson(toColumn(values, text));
  const bytes = Buffer.from(text.all);
  return fromColumn(column as ReturnType<typeof toColumn>, values.length, new Text(bytes.toString()));
}

/** Of one shape, as what a destination prepares is, and now and then not. */
const alike = fc
  .record({
    url: fc.constantFrom("http://a/", "http://b/"),
    body: fc.string({ unit: "binary" }),
    odd: fc.jsonValue(),
  })
  .chain((row) =>
    fc.array(
      fc.record(
        {
          url: fc.constantFrom(row.url, row.body),
          headers: fc.record({ "content-type": fc.constant("application/json"), key: fc.string() }),
          body: fc.oneof(
            { weight: 9, arbitrary: fc.string({ unit: "binary" }) },
            { weight: 1, arbitrary: fc.constant(row.odd) },
          ),
          attempts: fc.array(fc.tuple(fc.integer(), fc.double(), fc.constant(row.odd)), { maxLength: 2 }),
        },
        { requiredKeys: ["url", "headers"] },
      ),
      { minLength: 1 },
    ),
  );

test("what is taken apart is put together again as JSON would keep it", () => {
  fc.assert(
    fc.property(fc.oneof(alike, fc.array(fc.jsonValue(), { minLength: 1 })), (values) => {
      expect(back(values)).toEqual(asJson(values));
    }),
    { numRuns: 2_000 },
  );
});

test("values that JSON or an object literal would change stay what they are", () => {
  const hostile = JSON.parse('{"__proto__":{"polluted":true},"a":"\\ud800"}') as object;
  for (const one of [
    hostile,
    { a: "\ud800" },
    { a: undefined },
    "\udc00",
    undefined,
    [],
    {},
    { toJSON: 1 },
    -0,
    Number.NaN,
  ])
    for (const values of [
      [one, one, one, one],
      [one, { a: "x" }, "y", null],
      [{ a: "x" }, one],
    ])
      expect(back(values)).toEqual(asJson(values));
  const [restored] = back([hostile, hostile]) as [object];
  expect(Object.getOwnPropertyNames(restored)).toEqual(["__proto__", "a"]);
  expect("polluted" in restored).toBe(false);
});

test("names, and what all have, are stored once", () => {
  const codec = new Codec({});
  const row = (i: number) => [
    i,
    `r.${i}`,
    { method: "POST", headers: { "content-type": "text/plain" }, body: `"${i}"` },
  ];
  const value = { runId: "r", rows: Array.from({ length: 100 }, (_, i) => row(i)) };
  const stored = codec.encodeRows(value);
  expect(stored.toString().split("content-type")).toHaveLength(2);
  expect(stored.length * 2).toBeLessThan(codec.encode(value).length);
  expect(codec.decode(stored, "it")).toEqual(value);
});

test("texts of any length and script are stored, through encode and decode too", () => {
  const flip = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x55);
  for (const codec of [new Codec({}), new Codec({ encode: flip, decode: flip })]) {
    for (const text of ["", "plain", "日本語 🙂", "x".repeat(100_000)]) {
      const value = { rows: Array.from({ length: 5 }, (_, i) => [i, text, `${text}${i}`]) };
      expect(codec.decode(codec.encodeRows(value), "it")).toEqual(value);
      expect(codec.decode(codec.encode(value), "it")).toEqual(value);
    }
  }
});
