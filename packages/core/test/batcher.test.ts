import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Batcher, type ClosedBatch, OpenBytes } from "../src/batcher.js";
import type { StoredMessage } from "../src/outbox.js";
import type { BatchLimits } from "../src/policy.js";

const roomy = { maxSize: 100, maxBytes: 10_000, maxWait: 1_000 };

function setUp(limits: Partial<BatchLimits> = {}, openBytes = new OpenBytes(1_000_000)) {
  let ceilings = 0;
  const batcher = new Batcher({ ...roomy, ...limits }, openBytes, () => {
    ceilings += 1;
  });
  return { batcher, openBytes, ceilings: () => ceilings };
}

let seq = 0;
function message(over: Partial<StoredMessage> = {}): StoredMessage {
  seq += 1;
  return {
    id: `r.${seq}`,
    seq,
    destination: "s3",
    group: "",
    batchKey: "",
    bytes: 10,
    value: null,
    acceptedAt: 0,
    availableAt: 0,
    origin: { runId: "r", depth: 0 },
    idempotencyKey: `r.${seq}`,
    attempts: [],
    tried: 0,
    ...over,
  };
}

/** Adds messages, all of which must be taken, and answers their ids. */
function gather(batcher: Batcher, count: number, over: Partial<StoredMessage> = {}, now = 0): string[] {
  return Array.from({ length: count }, () => {
    const one = message(over);
    expect(batcher.add(one, now)).toBe(true);
    return one.id;
  });
}

const shown = (closed: readonly ClosedBatch[]) =>
  closed.map(({ reason, messages }) => [reason, messages.map(({ id }) => id)]);

describe("a batch closes", () => {
  test("when it holds maxSize messages", () => {
    const { batcher } = setUp({ maxSize: 3 });
    const ids = gather(batcher, 7);
    expect(shown(batcher.takeClosed())).toEqual([
      ["maxSize", ids.slice(0, 3)],
      ["maxSize", ids.slice(3, 6)],
    ]);
    expect(batcher.takeClosed()).toEqual([]);
  });

  test("before it would hold more than maxBytes", () => {
    const { batcher } = setUp({ maxBytes: 25 });
    const ids = gather(batcher, 3);
    expect(shown(batcher.takeClosed())).toEqual([["maxBytes", ids.slice(0, 2)]]);
  });

  test("when it holds maxBytes exactly", () => {
    const { batcher } = setUp({ maxBytes: 20 });
    const ids = gather(batcher, 2);
    expect(shown(batcher.takeClosed())).toEqual([["maxBytes", ids]]);
  });

  test("on its own where one message alone is larger than maxBytes", () => {
    const { batcher } = setUp({ maxBytes: 25 });
    const [small] = gather(batcher, 1);
    const [large] = gather(batcher, 1, { bytes: 26 });
    expect(shown(batcher.takeClosed())).toEqual([
      ["maxBytes", [small]],
      ["maxBytes", [large]],
    ]);
  });

  test("when its oldest message has waited for maxWait, since it was available and not since it came here", () => {
    const { batcher } = setUp();
    const ids = [
      ...gather(batcher, 1, { availableAt: 5_000 }, 5_200),
      ...gather(batcher, 1, { availableAt: 4_700 }, 5_300),
      ...gather(batcher, 1, { availableAt: 5_600 }, 5_600),
    ];
    expect(batcher.nextAt).toBe(5_700);
    batcher.closeDue(5_699, false);
    expect(batcher.takeClosed()).toEqual([]);
    batcher.closeDue(5_700, false);
    expect(shown(batcher.takeClosed())).toEqual([["maxWait", ids]]);
    expect(batcher.nextAt).toBeUndefined();
  });

  test("each in its own time", () => {
    const { batcher } = setUp();
    const early = gather(batcher, 1, { batchKey: "a", availableAt: 100 });
    const late = gather(batcher, 1, { batchKey: "b", availableAt: 300 });
    batcher.closeDue(1_100, false);
    expect(shown(batcher.takeClosed())).toEqual([["maxWait", early]]);
    expect(batcher.nextAt).toBe(1_300);
    batcher.closeDue(1_300, false);
    expect(shown(batcher.takeClosed())).toEqual([["maxWait", late]]);
  });

  test("later, if it is old and more is waiting to fill it: maxWait after it was opened here", () => {
    const { batcher } = setUp();
    const ids = gather(batcher, 2, { availableAt: 0 }, 60_000);
    batcher.closeDue(60_999, true);
    expect(batcher.takeClosed()).toEqual([]);
    batcher.closeDue(61_000, true);
    expect(shown(batcher.takeClosed())).toEqual([["maxWait", ids]]);
  });

  test("when it is told to, if it holds a message accepted up to then", () => {
    const { batcher } = setUp();
    const before = gather(batcher, 1, { batchKey: "a" });
    const through = seq;
    const after = gather(batcher, 1, { batchKey: "b" });
    const joined = gather(batcher, 1, { batchKey: "a" });
    batcher.closeThrough(through);
    expect(shown(batcher.takeClosed())).toEqual([["flush", [...before, ...joined]]]);
    batcher.closeThrough(seq);
    expect(shown(batcher.takeClosed())).toEqual([["flush", after]]);
  });

  test("also if that message, back from a retry, joined it last", () => {
    const { batcher } = setUp();
    const through = seq + 1;
    const early = message();
    const ids = [...gather(batcher, 1), early.id];
    batcher.add(early, 0);
    batcher.closeThrough(through);
    expect(shown(batcher.takeClosed())).toEqual([["flush", ids]]);
  });
});

describe("only messages of one group and one key share a batch", () => {
  test("however their names are put together", () => {
    const { batcher } = setUp();
    const places = [
      { group: "a", batchKey: "b" },
      { group: "ab", batchKey: "" },
      { group: "", batchKey: "ab" },
      { group: "1:a", batchKey: "b" },
    ];
    for (const place of [...places, ...places]) gather(batcher, 1, place);
    batcher.closeThrough(seq);
    const closed = batcher.takeClosed();
    expect(closed.map(({ group, key }) => ({ group, batchKey: key }))).toEqual(places);
    for (const { messages } of closed) expect(messages).toHaveLength(2);
  });

  test("a message of which a part was done travels alone, and what was gathered before goes before it", () => {
    const { batcher } = setUp();
    const before = gather(batcher, 2);
    const alone = gather(batcher, 1, { progress: ["a@example.org"] });
    const after = gather(batcher, 1);
    batcher.closeThrough(seq);
    expect(shown(batcher.takeClosed())).toEqual([
      ["maxSize", before],
      ["maxSize", alone],
      ["flush", after],
    ]);
  });
});

describe("bytes held in all open batches have a ceiling", () => {
  test("at which the largest closes, whichever lane holds it, and its lane is told", () => {
    const first = setUp({}, new OpenBytes(100));
    const second = setUp({}, first.openBytes);
    gather(first.batcher, 1, { batchKey: "a", bytes: 30 });
    const large = gather(first.batcher, 1, { batchKey: "b", bytes: 50 });
    const small = gather(second.batcher, 1, { bytes: 20 });
    expect([first.ceilings(), second.ceilings()]).toEqual([0, 0]);
    const more = gather(second.batcher, 1, { bytes: 1 });
    expect([first.ceilings(), second.ceilings()]).toEqual([1, 0]);
    expect(shown(first.batcher.takeClosed())).toEqual([["ceiling", large]]);
    expect(second.batcher.takeClosed()).toEqual([]);
    const last = gather(second.batcher, 1, { bytes: 50 });
    expect(shown(second.batcher.takeClosed())).toEqual([["ceiling", [...small, ...more, ...last]]]);
    expect(first.batcher.takeClosed()).toEqual([]);
  });

  test("a message above it is let through alone", () => {
    const { batcher } = setUp({ maxBytes: 1_000 }, new OpenBytes(100));
    const huge = gather(batcher, 1, { bytes: 500 });
    expect(shown(batcher.takeClosed())).toEqual([["ceiling", huge]]);
  });

  test("what was closed or drained does not count", () => {
    const { batcher, ceilings } = setUp({ maxSize: 2 }, new OpenBytes(30));
    gather(batcher, 20);
    gather(batcher, 1);
    batcher.drain();
    gather(batcher, 1, { bytes: 30 });
    expect(ceilings()).toBe(0);
  });
});

describe("messages of one order key", () => {
  const ordered = { orderKey: "cart-1" };

  test("share a batch in order", () => {
    const { batcher } = setUp();
    const ids = gather(batcher, 3, ordered);
    batcher.closeThrough(seq);
    expect(shown(batcher.takeClosed())).toEqual([["flush", ids]]);
  });

  test("are turned away while one of them is in a closed batch, until that is sealed", () => {
    const { batcher } = setUp({ maxSize: 2 });
    gather(batcher, 2, ordered);
    expect(batcher.add(message(ordered), 0)).toBe(false);
    expect(batcher.takeClosed()).toHaveLength(1);
    expect(batcher.add(message(ordered), 0)).toBe(false);
    batcher.sealed();
    expect(batcher.add(message(ordered), 0)).toBe(true);
  });

  test("are turned away where they themselves close the batch", () => {
    for (const last of [{ bytes: 100 }, { progress: 1 }]) {
      const { batcher } = setUp({ maxBytes: 105 });
      const ids = gather(batcher, 1, ordered);
      expect(batcher.add(message({ ...ordered, ...last }), 0)).toBe(false);
      expect(batcher.takeClosed().map(({ messages }) => messages.map(({ id }) => id))).toEqual([ids]);
    }
  });

  test("stay turned away if another of their batches closed while the first was being sealed", () => {
    const { batcher } = setUp({ maxSize: 2 });
    gather(batcher, 2, { orderKey: "cart-1" });
    batcher.takeClosed();
    gather(batcher, 2, { orderKey: "cart-2" });
    batcher.sealed();
    expect(batcher.add(message({ orderKey: "cart-2" }), 0)).toBe(false);
    batcher.takeClosed();
    batcher.sealed();
    expect(batcher.add(message({ orderKey: "cart-2" }), 0)).toBe(true);
  });

  test("do not hold up other keys, other batch keys, or messages without one", () => {
    const { batcher } = setUp({ maxSize: 1 });
    gather(batcher, 1, ordered);
    gather(batcher, 1, { orderKey: "cart-2" });
    gather(batcher, 1, { ...ordered, batchKey: "other" });
    gather(batcher, 1, { ...ordered, group: "other" });
    gather(batcher, 1);
  });
});

test("drain gives everything back, closed or open, and turns nothing away any longer", () => {
  const { batcher } = setUp({ maxSize: 2 });
  const ids = [...gather(batcher, 2, { orderKey: "a" }), ...gather(batcher, 1, { orderKey: "b" })];
  expect(batcher.drain().map(({ id }) => id)).toEqual(ids);
  expect([batcher.takeClosed(), batcher.drain(), batcher.nextAt]).toEqual([[], [], undefined]);
  gather(batcher, 1, { orderKey: "a" });
});

test("every message gets into exactly one batch, in order, and no batch is over its limits", () => {
  const sends = fc.array(
    fc.record({ batchKey: fc.constantFrom("a", "b"), bytes: fc.integer({ min: 0, max: 30 }) }),
    { maxLength: 60, size: "max" },
  );
  const limits = fc.record({
    maxSize: fc.integer({ min: 1, max: 8 }),
    maxBytes: fc.integer({ min: 1, max: 60 }),
  });
  fc.assert(
    fc.property(sends, limits, fc.integer({ min: 1, max: 100 }), (given, { maxSize, maxBytes }, ceiling) => {
      const { batcher } = setUp({ maxSize, maxBytes }, new OpenBytes(ceiling));
      const messages = given.map((over) => message(over));
      for (const one of messages) expect(batcher.add(one, 0)).toBe(true);
      batcher.closeThrough(seq);
      const closed = batcher.takeClosed();
      for (const { messages: members, bytes } of closed) {
        expect(members.length).toBeLessThanOrEqual(maxSize);
        expect(bytes).toBe(members.reduce((sum, one) => sum + one.bytes, 0));
        if (members.length > 1) expect(bytes).toBeLessThanOrEqual(maxBytes);
      }
      for (const key of ["a", "b"]) {
        const members = closed.filter((batch) => batch.key === key).flatMap((batch) => batch.messages);
        expect(members).toEqual(messages.filter(({ batchKey }) => batchKey === key));
      }
    }),
  );
});
