import { expect, test } from "vitest";
import { setUp } from "./set-up.js";
import { bucket, startStore } from "./store.js";

const key = /^test\/2026\/01\/01\/00\/2026-01-01-00-0\d-\d\d-[0-9a-f]{64}\.gz$/;
const minute = 60_000;

test("30 events from 10 runs within a minute are one object, those of the next minute another", async () => {
  const store = await startStore();
  const { clock, dest, all } = setUp({ endpoint: store.endpoint });
  const expected: string[] = [];
  for (let run = 0; run < 10; run++) {
    await dest.run(($) => {
      for (let event = 0; event < 3; event++) {
        const payload = { run, event };
        $.send.s3({ bucket, prefix: "test/", payload });
        expected.push(JSON.stringify(payload));
      }
    });
    await clock.advance(5_000);
  }
  await clock.advance(minute - 50_000);
  const records = await all("delivered", 30);

  const [first, ...others] = await store.objects();
  expect(others).toEqual([]);
  expect(first?.key).toMatch(key);
  expect(first?.key).toContain("2026-01-01-00-01-00");
  expect(first?.lines).toEqual(expected);
  expect(first?.headers).toEqual({
    type: "application/x-ndjson",
    encoding: undefined,
    metadata: expect.objectContaining({ "dest-events": "30" }),
  });
  const receipt = {
    bucket,
    key: first?.key,
    bytes: first?.bytes.length,
    events: 30,
    etag: expect.any(String),
  };
  for (const record of records) expect(record.receipt).toEqual(receipt);
  expect(new Set(records.map(({ batchId }) => batchId))).toEqual(
    new Set([first?.headers.metadata?.["dest-batch-id"]]),
  );

  await dest.run(($) => $.send.s3({ bucket, prefix: "test/", payload: { next: "minute" } }));
  await clock.advance(minute);
  await all("delivered", 1);
  const objects = await store.objects();
  expect(objects.map(({ lines }) => lines.length).sort()).toEqual([1, 30]);
  for (const object of objects) expect(object.key).toMatch(key);
});

test("two prefixes are two objects, and no prefix is none", async () => {
  const store = await startStore();
  const { clock, send, all } = setUp({ endpoint: store.endpoint });
  await send(
    { bucket, prefix: "a/", payload: [1] },
    { bucket, prefix: "b", payload: [2] },
    { bucket, prefix: undefined, payload: [3] },
    { bucket, prefix: "a/", payload: [4] },
  );
  await clock.advance(minute);
  await all("delivered", 4);
  const objects = await store.objects();
  expect(objects.map(({ key, lines }) => [key.slice(0, 6), lines])).toEqual([
    ["2026/0", ["[3]"]],
    ["a/2026", ["[1]", "[4]"]],
    ["b2026/", ["[2]"]],
  ]);
});

test("strings are lines as they are, and lines of any script come back", async () => {
  const store = await startStore();
  const { clock, send, all } = setUp({ endpoint: store.endpoint, compression: "none" });
  const payloads = [
    "2026-01-01 GET /",
    "ends with its line break\n",
    { text: "two\nlines, 日本 🎉" },
    ["\u2028"],
  ];
  await send(...payloads.map((payload) => ({ bucket, payload })));
  await clock.advance(minute);
  await all("delivered", 4);
  const [object] = await store.objects();
  expect(object?.key).toMatch(/\.ndjson$/);
  expect(object?.lines).toEqual([
    "2026-01-01 GET /",
    "ends with its line break",
    '{"text":"two\\nlines, 日本 🎉"}',
    '["\u2028"]',
  ]);
});

test("partition decides what shares an object, key what it is called", async () => {
  const store = await startStore();
  const { clock, send, all } = setUp({
    endpoint: store.endpoint,
    contentEncoding: true,
    partition: (payload) => `date=${(payload as { at: string }).at}/`,
    key: ({ prefix, partition, identifier, events }) =>
      `${prefix}${partition}${events}-${identifier}.json.gz`,
  });
  await send(
    { bucket, prefix: "log/", payload: { at: "2026-11-24" } },
    { bucket, prefix: "log/", payload: { at: "2026-11-23" } },
    { bucket, prefix: "log/", payload: { at: "2026-11-24" } },
  );
  await clock.advance(minute);
  await all("delivered", 3);
  const objects = await store.objects();
  expect(objects.map(({ key }) => key.replace(/[0-9a-f]{64}/, "ID"))).toEqual([
    "log/date=2026-11-23/1-ID.json.gz",
    "log/date=2026-11-24/2-ID.json.gz",
  ]);
  expect(objects[0]?.headers.encoding).toBe("gzip");
});
