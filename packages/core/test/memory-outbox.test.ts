import { describe, expect, test } from "vitest";
import { type DestError, memoryOutbox, type NewMessage, type Outbox, type Settlement } from "../src/index.js";

const attempt = { startedAt: 0, durationMs: 0, outcome: "delivered" } as const;
const failed = {
  startedAt: 0,
  durationMs: 0,
  outcome: "retry",
  error: { code: "DEST_TEST", message: "" },
} as const;
const origin = { runId: "r", depth: 0 };

async function setUp(retention = {}) {
  const outbox = memoryOutbox();
  const warnings: DestError[] = [];
  const time = { now: 0 };
  const context = {
    wake: () => undefined,
    warn: (error: DestError) => void warnings.push(error),
    now: () => time.now,
    retention,
  };
  await outbox.open(context);
  let runs = 0;
  const append = (...messages: Partial<NewMessage>[]) => {
    const runId = `r${runs++}`;
    const made = messages.map((message, i) => ({
      ...message,
      ...plain(`${message.id ?? `${runId}.${i}`}`, message),
    }));
    return outbox.append({
      runId,
      remembered: false,
      acceptedAt: time.now,
      origin,
      firstOrdinal: 0,
      messages: made,
    });
  };
  return { outbox, append, warnings, time, context };
}

function plain(id: string, message: Partial<NewMessage>): NewMessage {
  return { destination: "x", group: "", bytes: 1, value: null, ...message, id };
}

function claim(outbox: Outbox, options: Partial<Parameters<Outbox["claim"]>[0]> = {}) {
  const none: ReadonlySet<string> = new Set();
  return outbox.claim({
    destination: "x",
    now: 0,
    messages: 100,
    batches: 100,
    perGroup: 100,
    full: none,
    paused: none,
    ...options,
  });
}

const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);
const deliver = (...all: string[]): Settlement[] =>
  all.map((id) => ({ to: "delivered", ids: [id], attempt }));

describe("claim", () => {
  test("hands out each message once, in commit order, then call order", async () => {
    const { outbox, append } = await setUp();
    await append({ id: "a" }, { id: "b" });
    await append({ id: "c" });
    expect(ids((await claim(outbox, { messages: 2 })).messages)).toEqual(["a", "b"]);
    expect(ids((await claim(outbox)).messages)).toEqual(["c"]);
    expect((await claim(outbox)).messages).toEqual([]);
  });

  test("answers when the next delayed message is due, and has it then", async () => {
    const { outbox, append } = await setUp();
    await append({ id: "later", availableAt: 500 }, { id: "now" });
    expect(await claim(outbox)).toMatchObject({ messages: [{ id: "now" }], nextAt: 500 });
    expect(ids((await claim(outbox, { now: 500 })).messages)).toEqual(["later"]);
  });

  test("gives turns to groups, at most perGroup each, none to full or paused ones", async () => {
    const { outbox, append } = await setUp();
    await append(...["a1", "a2", "a3", "b1", "b2", "c1", "d1"].map((id) => ({ id, group: id.slice(0, 1) })));
    const blocked = { perGroup: 2, full: new Set(["c"]), paused: new Set(["d"]) };
    expect(ids((await claim(outbox, blocked)).messages)).toEqual(["a1", "a2", "b1", "b2"]);
    expect(ids((await claim(outbox, { ...blocked, reopened: [] })).messages)).toEqual(["a3"]);
    expect((await claim(outbox, { ...blocked, reopened: [] })).messages).toEqual([]);
    const open = { perGroup: 2, full: new Set<string>(), paused: new Set<string>() };
    expect(ids((await claim(outbox, { ...open, reopened: ["c"] })).messages)).toEqual(["c1"]);
    expect(ids((await claim(outbox, open)).messages)).toEqual(["d1"]);
  });

  test("gathers for batches from full groups, not from paused ones", async () => {
    const { outbox, append } = await setUp();
    await append({ id: "a", group: "full", batchKey: "" }, { id: "b", group: "paused", batchKey: "" });
    const { messages } = await claim(outbox, { full: new Set(["full"]), paused: new Set(["paused"]) });
    expect(ids(messages)).toEqual(["a"]);
  });
});

describe("order keys", () => {
  test("one message of a key is out at a time, until it is delivered or dead; a retry keeps its place", async () => {
    const { outbox, append } = await setUp();
    await append(...["k1", "k2", "k3"].map((id) => ({ id, orderKey: "k" })), { id: "free" });
    expect(ids((await claim(outbox)).messages)).toEqual(["k1", "free"]);
    await outbox.settle([{ to: "retry", ids: ["k1"], attempt: failed, availableAt: 100, batch: "dissolve" }]);
    expect((await claim(outbox)).messages).toEqual([]);
    expect(ids((await claim(outbox, { now: 100 })).messages)).toEqual(["k1"]);
    await outbox.settle([{ to: "dead", ids: ["k1"], attempt: failed }]);
    expect(ids((await claim(outbox, { now: 100 })).messages)).toEqual(["k2"]);
  });

  test("is scoped to group and batch key", async () => {
    const { outbox, append } = await setUp();
    await append(
      { id: "a", orderKey: "k", group: "g1" },
      { id: "b", orderKey: "k", group: "g2" },
      { id: "c", orderKey: "k", group: "g1", batchKey: "p" },
    );
    expect(ids((await claim(outbox)).messages).sort()).toEqual(["a", "b", "c"]);
  });

  test("a run of a key can be gathered; once part of it is sealed the rest waits, in its place", async () => {
    const { outbox, append } = await setUp();
    await append(...["k1", "k2", "k3"].map((id) => ({ id, orderKey: "k", batchKey: "" })));
    const { messages } = await claim(outbox);
    expect(ids(messages)).toEqual(["k1", "k2", "k3"]);
    await outbox.seal({
      id: "B",
      destination: "x",
      group: "",
      key: "",
      sealedAt: 1,
      messages: messages.slice(0, 2),
    });
    await outbox.settle([{ to: "release", ids: ["k3"] }]);
    const sealed = await claim(outbox, { now: 1 });
    expect([ids(sealed.messages), ids(sealed.batches)]).toEqual([[], ["B"]]);
    await outbox.settle([{ to: "delivered", ids: ["k1", "k2"], batchId: "B", attempt }]);
    expect(ids((await claim(outbox)).messages)).toEqual(["k3"]);
  });
});

describe("a sealed batch", () => {
  async function sealed() {
    const all = await setUp();
    await all.append(...["a", "b", "c"].map((id) => ({ id, batchKey: "" })));
    const { messages } = await claim(all.outbox);
    await all.outbox.seal({ id: "B", destination: "x", group: "", key: "", sealedAt: 7, messages });
    return all;
  }

  test("keeps id, members, order and sealedAt over a retry of the whole", async () => {
    const { outbox, append } = await sealed();
    const [first] = (await claim(outbox, { now: 10 })).batches;
    expect(first).toMatchObject({
      id: "B",
      sealedAt: 7,
      messages: [{ id: "a" }, { id: "b" }, { id: "c" }],
      tried: 0,
    });
    const retry = {
      to: "retry",
      ids: ["a", "b", "c"],
      batchId: "B",
      attempt: failed,
      availableAt: 50,
      batch: "keep",
    } as const;
    await outbox.settle([retry]);
    await append({ id: "d", batchKey: "" });
    const later = await claim(outbox, { now: 50 });
    expect(later.batches).toMatchObject([
      { id: "B", sealedAt: 7, messages: [{ id: "a" }, { id: "b" }, { id: "c" }], tried: 1 },
    ]);
    expect(ids(later.messages)).toEqual(["d"]);
  });

  test("is dissolved by outcomes of its own for its members", async () => {
    const { outbox } = await sealed();
    await claim(outbox, { now: 10 });
    await outbox.settle([
      { to: "retry", ids: ["a"], batchId: "B", attempt: failed, availableAt: 20, batch: "dissolve" },
      { to: "delivered", ids: ["b"], batchId: "B", attempt },
      { to: "dead", ids: ["c"], batchId: "B", attempt: failed },
    ]);
    const { messages, batches } = await claim(outbox, { now: 20 });
    expect([ids(messages), ids(batches)]).toEqual([["a"], []]);
  });

  test("comes back unchanged when its claimer is gone; three interrupted attempts are its end", async () => {
    const { outbox, context } = await sealed();
    for (let crash = 1; crash <= 3; crash++) {
      expect(ids((await claim(outbox, { now: 10 })).batches)).toEqual(["B"]);
      await outbox.close();
      await outbox.open(context);
    }
    expect((await claim(outbox, { now: 10 })).batches).toEqual([]);
    const record = await outbox.get("a");
    expect(record).toMatchObject({ status: "dead", error: { code: "DEST_INTERRUPTED" } });
    expect(record?.attempts.map(({ outcome }) => outcome)).toEqual(Array(3).fill("interrupted"));
  });

  test("that was only sealed is innocent of the claimer's end", async () => {
    const { outbox, context } = await sealed();
    for (let crash = 0; crash < 5; crash++) {
      await outbox.close();
      await outbox.open(context);
    }
    expect((await claim(outbox, { now: 10 })).batches).toMatchObject([{ id: "B", tried: 0 }]);
  });
});

describe("settle", () => {
  test("twice is harmless, and what is not held does not change", async () => {
    const { outbox, append } = await setUp();
    await append({ id: "a" }, { id: "b" });
    await outbox.settle(deliver("a"));
    expect((await outbox.get("a"))?.status).toBe("pending");
    await claim(outbox);
    await outbox.settle(deliver("a"));
    await outbox.settle([{ to: "dead", ids: ["a"], attempt: failed }]);
    await outbox.settle([
      { to: "retry", ids: ["a", "unknown"], attempt: failed, availableAt: 0, batch: "keep" },
    ]);
    expect(await outbox.get("a")).toMatchObject({ status: "delivered", attempts: [attempt] });
  });

  test("a released message costs no attempt and keeps its place in line", async () => {
    const { outbox, append } = await setUp();
    await append({ id: "a" }, { id: "b" }, { id: "c" });
    await claim(outbox, { messages: 2 });
    await outbox.settle([{ to: "release", ids: ["b", "a"] }]);
    expect((await outbox.get("a"))?.attempts).toEqual([]);
    expect(ids((await claim(outbox)).messages)).toEqual(["a", "b", "c"]);
  });
});

test("delivered records are kept by number and age, dead ones until they are replayed", async () => {
  const { outbox, append, time } = await setUp({ records: 2, maxAge: 1_000 });
  await append(...["a", "b", "c", "d"].map((id) => ({ id })));
  await claim(outbox);
  await outbox.settle([...deliver("a", "b", "c"), { to: "dead", ids: ["d"], attempt: failed }]);
  const kept = async () => ids((await outbox.list({})).items);
  expect(await kept()).toEqual(["b", "c", "d"]);
  time.now = 2_000;
  await outbox.settle([]);
  expect(await kept()).toEqual(["d"]);
  expect((await outbox.stats()).get("x")).toMatchObject({ delivered: 3, dead: 1 });
  expect(await outbox.replay({ status: "dead" })).toEqual([{ id: "d", destination: "x" }]);
  await append({ id: "e" });
  expect(ids((await claim(outbox, { now: 2_000 })).messages)).toEqual(["d", "e"]);
});

test("a replay goes to the tail of its order key", async () => {
  const { outbox, append } = await setUp();
  await append(...["k1", "k2", "k3"].map((id) => ({ id, orderKey: "k" })));
  await claim(outbox);
  await outbox.settle([{ to: "dead", ids: ["k1"], attempt: failed }]);
  await outbox.replay({ ids: ["k1"] });
  const order: string[] = [];
  for (let i = 0; i < 3; i++) {
    const [next] = (await claim(outbox)).messages;
    order.push(next?.id ?? "none");
    await outbox.settle(deliver(next?.id ?? ""));
  }
  expect(order).toEqual(["k2", "k3", "k1"]);
});

test("it can be opened by one instance at a time", async () => {
  const { outbox, context } = await setUp();
  await expect(outbox.open(context)).rejects.toMatchObject({ code: "DEST_OUTBOX_IN_USE" });
});

test("a claim among ten thousand blocked groups asks for none of them again", async () => {
  const { outbox, append } = await setUp();
  const groups = Array.from({ length: 10_000 }, (_, i) => `g${i}`);
  await append(...groups.map((group) => ({ id: `${group}.0`, group })), { id: "open.0", group: "open" });
  let asked = 0;
  class Counting extends Set<string> {
    override has(group: string): boolean {
      asked += 1;
      return super.has(group);
    }
  }
  const paused = new Counting(groups);
  expect(ids((await claim(outbox, { paused, messages: 10, reopened: [] })).messages)).toEqual(["open.0"]);
  asked = 0;
  await append({ id: "open.1", group: "open" });
  expect(ids((await claim(outbox, { paused, messages: 10, reopened: [] })).messages)).toEqual(["open.1"]);
  expect(asked).toBeLessThan(10);
});
