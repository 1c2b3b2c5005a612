import { describe, expect, test } from "vitest";
import { type BatchEvent, createDest, DestError, type Outcome } from "../src/index.js";
import { manualClock, type RecordingOptions, recordingDestination } from "../src/testing/index.js";

const failure: Outcome = { status: "retry", error: new DestError("DEST_TEST", "not now") };
const batch = { maxSize: 100, maxBytes: 1_000_000, maxWait: 60_000 };

function setUp(options: RecordingOptions = {}, limits = {}) {
  const clock = manualClock();
  const x = recordingDestination({ batch, ...options });
  const dest = createDest({ destinations: { x }, clock, limits });
  const closed: BatchEvent[] = [];
  dest.on("batch", (event) => closed.push(event));
  const sizes = () => x.batches.map(({ messages }) => messages.length);
  const send = (...values: unknown[]) => dest.run(($) => values.map((value) => $.send.x(value).id));
  return { clock, x, dest, closed, sizes, send };
}

describe("a batch closes at the first of", () => {
  test("maxWait from its oldest message, across runs", async () => {
    const { clock, x, send, closed } = setUp();
    await send(1, 2);
    await clock.advance(59_000);
    await send(3);
    await clock.advance(999);
    expect(x.batches).toEqual([]);
    await clock.advance(1);
    expect(x.values).toEqual([1, 2, 3]);
    expect(x.batches).toHaveLength(1);
    expect(closed).toMatchObject([{ destination: "x", reason: "maxWait", ids: { length: 3 } }]);
  });

  test("maxSize", async () => {
    const { clock, sizes, send, closed } = setUp({ batch: { maxSize: 4 } });
    await send(...Array(10).keys());
    await clock.advance(0);
    expect(sizes()).toEqual([4, 4]);
    expect(closed.map(({ reason }) => reason)).toEqual(["maxSize", "maxSize"]);
  });

  test("maxBytes, the sum of sizeOf", async () => {
    const { clock, sizes, send, closed } = setUp({ batch: { maxBytes: 100 }, sizeOf: () => 40 });
    await send(1, 2, 3, 4, 5);
    await clock.advance(0);
    expect(sizes()).toEqual([2, 2]);
    expect(closed.map(({ reason, bytes }) => [reason, bytes])).toEqual([
      ["maxBytes", 80],
      ["maxBytes", 80],
    ]);
  });

  test("the ceiling over all open batches, at which the largest closes", async () => {
    const { clock, x, send, closed } = setUp(
      { sizeOf: () => 40, batchKey: (value) => String(value) },
      { openBatchBytes: 200 },
    );
    await send("a", "b", "b", "b", "c", "a");
    await clock.advance(0);
    expect(x.values).toEqual(["b", "b", "b"]);
    expect(closed).toMatchObject([{ key: "b", reason: "ceiling" }]);
  });

  test("flush", async () => {
    const { clock, sizes, send, dest, closed } = setUp();
    await send(1, 2);
    const flushed = dest.flush();
    await clock.advance(0);
    expect(await flushed).toEqual({ delivered: 2, dead: 0, pending: 0 });
    expect(sizes()).toEqual([2]);
    expect(closed).toMatchObject([{ reason: "flush" }]);
  });
});

test("messages share a batch by key and group, each batch in order", async () => {
  const { clock, x, send } = setUp({ batchKey: (value) => String((value as number) % 3) });
  await send(...Array(9).keys());
  await clock.advance(60_000);
  expect(x.batches.map(({ key, messages }) => [key, messages.map(({ value }) => value)])).toEqual([
    ["0", [0, 3, 6]],
    ["1", [1, 4, 7]],
    ["2", [2, 5, 8]],
  ]);
});

test("a whole-batch retry keeps id, members, order and sealedAt, and new messages join another batch", async () => {
  let fail = true;
  const { clock, x, send } = setUp({
    batch: { maxWait: 1_000 },
    answer: () => (fail ? failure : { status: "delivered" }),
  });
  await send(1, 2);
  await clock.advance(1_000);
  await send(3);
  fail = false;
  await clock.advance(10_000);
  const [first, second, third] = x.batches;
  expect(second).toMatchObject({ id: first?.id, sealedAt: first?.sealedAt, attempt: 2 });
  expect(second?.messages.map(({ value }) => value)).toEqual([1, 2]);
  expect(third?.messages.map(({ value }) => value)).toEqual([3]);
  expect(x.batches).toHaveLength(3);
});

test("an outcome map settles each message by id; what must retry joins new messages", async () => {
  let first = true;
  const { clock, x, dest, send } = setUp({
    batch: { maxWait: 1_000 },
    answer: ({ messages }) => {
      if (!first) return { status: "delivered" };
      first = false;
      const [a, b, c] = messages;
      return new Map<string, Outcome>([
        [c?.id ?? "", { status: "rejected", error: new DestError("DEST_NO", "no") }],
        [a.id, failure],
        [b?.id ?? "", { status: "delivered", receipt: { n: 2 } }],
      ]);
    },
  });
  const ids = await send(1, 2, 3);
  await clock.advance(1_000);
  await send(4);
  await clock.advance(10_000);
  expect(x.batches.map(({ messages }) => messages.map(({ value }) => value))).toEqual([
    [1, 2, 3],
    [4, 1],
  ]);
  const records = await Promise.all(ids.map((id) => dest.messages.get(id)));
  expect(records.map((record) => record?.status)).toEqual(["delivered", "delivered", "dead"]);
  expect(records[1]?.receipt).toEqual({ n: 2 });
});

test("a message the outcome map forgets is DEST_OUTCOME_MISSING, and tried again", async () => {
  let first = true;
  const { clock, dest, send } = setUp({
    batch: { maxSize: 2, maxWait: 100 },
    answer: ({ messages }) => {
      if (!first) return { status: "delivered" };
      first = false;
      return new Map([[messages[0].id, { status: "delivered" }]]);
    },
  });
  const ids = await send(1, 2);
  await clock.advance(10_000);
  const record = await dest.messages.get(ids[1] as string);
  expect(record?.attempts.map((attempt) => attempt.error?.code)).toEqual(["DEST_OUTCOME_MISSING", undefined]);
});

test("the batch id is the message id where the batch has one message", async () => {
  const { clock, x, send } = setUp();
  const [id] = await send(1);
  await clock.advance(60_000);
  expect(x.batches[0]?.id).toBe(id);
});

test("a batch may hold a run of one order key, and the next of it waits for its outcome", async () => {
  let answer: (outcome: Outcome) => void = () => undefined;
  const { clock, x, dest } = setUp({
    batch: { maxSize: 2, maxWait: 1_000 },
    answer: () =>
      new Promise<Outcome>((resolve) => {
        answer = resolve;
      }),
  });
  await dest.run(($) => [1, 2, 3].map((value) => $.with({ orderKey: "k" }).send.x(value)));
  await clock.advance(5_000);
  expect(x.values).toEqual([1, 2]);
  answer({ status: "delivered" });
  await clock.advance(1_000);
  expect(x.values).toEqual([1, 2, 3]);
});

test("a ten-thousand-message backlog with thousands of keys is batched completely", async () => {
  const { clock, x, dest, sizes } = setUp({
    batchKey: (value) => String((value as number) % 2_000),
    batch: { maxWait: 10 },
  });
  await dest.run(($) => {
    for (let i = 0; i < 10_000; i++) $.send.x(i);
  });
  await clock.advance(1_000);
  expect(x.values).toHaveLength(10_000);
  expect(sizes().every((size) => size === 5)).toBe(true);
});

test("batch: false turns a destination's batching off", async () => {
  const { clock, sizes, send } = setUp({ batch: false });
  await send(1, 2);
  await clock.advance(0);
  expect(sizes()).toEqual([1, 1]);
});
