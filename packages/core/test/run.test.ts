import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createDest, type DestError } from "../src/index.js";
import { manualClock, recordingDestination } from "../src/testing/index.js";

function setUp() {
  const clock = manualClock();
  const x = recordingDestination();
  const dest = createDest({ destinations: { x }, clock });
  const warnings: DestError[] = [];
  dest.on("warning", (warning) => warnings.push(warning));
  return { clock, x, dest, warnings };
}

/** Numbers in [0, 1), the same for the same seed. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test("run resolves with the work's value, before anything is delivered", async () => {
  const { clock, x, dest } = setUp();
  expect(
    await dest.run(async ($) => {
      $.send.x(1);
      return 42;
    }),
  ).toBe(42);
  expect(x.values).toEqual([]);
  await clock.advance(0);
  expect(x.values).toEqual([1]);
});

test("10,000 sends from 100 concurrent runs, some throwing: counts add up, nothing of a discarded run is sent", async () => {
  const seed = Date.now() % 1_000_000;
  const random = chances(seed);
  const { clock, x, dest } = setUp();
  const kept = new Set<string>();
  const runs = Array.from({ length: 100 }, async (_, run) => {
    const fails = random() < 0.3;
    try {
      await dest.run(async ($) => {
        for (let i = 0; i < 100; i++) {
          $.send.x({ run, i });
          if (random() < 0.1) await turn();
        }
        if (fails) throw new Error("discarded");
      });
      for (let i = 0; i < 100; i++) kept.add(`${run} ${i}`);
    } catch (error) {
      expect((error as Error).message).toBe("discarded");
    }
  });
  await Promise.all(runs);
  await clock.advance(0);
  const sent = x.values.map((value) => `${(value as { run: number }).run} ${(value as { i: number }).i}`);
  expect(new Set(sent), `seed ${seed}`).toEqual(kept);
  expect(sent.length, `seed ${seed}: each once`).toBe(kept.size);
  expect(await dest.close()).toEqual({ delivered: kept.size, dead: 0, pending: 0 });
});

describe("a runId of the user's own", () => {
  test("a run that is repeated sends only what its earlier commit did not have", async () => {
    const { clock, x, dest, warnings } = setUp();
    const handler = (count: number) =>
      dest.run(($) => Array.from({ length: count }, (_, i) => $.send.x(i).id), { runId: "order-17" });
    expect(await handler(2)).toEqual(["order-17.0", "order-17.1"]);
    expect(await handler(3)).toEqual(["order-17.0", "order-17.1", "order-17.2"]);
    await clock.advance(0);
    expect(x.values).toEqual([0, 1, 2]);
    expect(await dest.close()).toEqual({ delivered: 3, dead: 0, pending: 0 });
    expect(warnings).toEqual([]);
  });

  test("also where the earlier one got no further than a checkpoint", async () => {
    const { clock, x, dest } = setUp();
    const first = dest.begin({ runId: "r" });
    first.$.send.x("a");
    await first.checkpoint();
    first.$.send.x("b");
    first.discard();
    await dest.run(($) => [$.send.x("a"), $.send.x("b")], { runId: "r" });
    await clock.advance(0);
    expect(x.values).toEqual(["a", "b"]);
  });

  test("a payload that differs the second time is warned about, and the first stays", async () => {
    const { clock, x, dest, warnings } = setUp();
    await dest.run(($) => $.send.x("first"), { runId: "r" });
    await dest.run(($) => $.send.x("second"), { runId: "r" });
    await clock.advance(0);
    expect(x.values).toEqual(["first"]);
    expect(warnings.map(({ code }) => code)).toEqual(["DEST_RUN_CHANGED"]);
  });

  test("generated ids never meet", async () => {
    const { dest } = setUp();
    const ids = await Promise.all(Array.from({ length: 100 }, () => dest.run(($) => $.id)));
    expect(new Set(ids).size).toBe(100);
  });
});

describe("begin", () => {
  test("as(step) makes sends that carry the step; the workflow is in every origin", async () => {
    const { clock, dest } = setUp();
    const run = dest.begin({ workflow: "p_abc" });
    const plain = run.$.send.x(1).id;
    const stepped = run.as("notify").send.x(2).id;
    expect(run.ids()).toEqual([plain, stepped]);
    await run.commit();
    await clock.advance(0);
    const origin = { runId: run.id, workflow: "p_abc", depth: 0 };
    expect((await dest.messages.get(plain))?.origin).toEqual(origin);
    expect((await dest.messages.get(stepped))?.origin).toEqual({ ...origin, step: "notify" });
  });

  test("commit twice is the same as once", async () => {
    const { clock, x, dest } = setUp();
    const run = dest.begin();
    run.$.send.x(1);
    await Promise.all([run.commit(), run.commit()]);
    await run.commit();
    await clock.advance(0);
    expect(x.values).toEqual([1]);
  });

  test("discard drops what no checkpoint committed", async () => {
    const { clock, x, dest } = setUp();
    const run = dest.begin();
    run.$.send.x("kept");
    await run.checkpoint();
    run.$.send.x("dropped");
    run.discard();
    await run.commit();
    await clock.advance(0);
    expect(x.values).toEqual(["kept"]);
  });
});

describe("$.with", () => {
  test("delay, idempotencyKey and orderKey reach the message; other sends are untouched", async () => {
    const { clock, x, dest } = setUp();
    await dest.run(($) => {
      $.with({ delay: 60_000, idempotencyKey: "welcome-17" }).send.x("later");
      $.send.x("now");
    });
    await clock.advance(59_999);
    expect(x.values).toEqual(["now"]);
    await clock.advance(1);
    expect(x.values).toEqual(["now", "later"]);
    const [now, later] = x.batches.map((batch) => batch.messages[0]);
    expect(now?.idempotencyKey).toBe(now?.id);
    expect(later?.idempotencyKey).toBe("welcome-17");
  });

  test("options it does not have, and values they cannot take, are refused at the call", async () => {
    const { dest } = setUp();
    await dest.run(($) => {
      const bad = $.with as (options: unknown) => unknown;
      expect(() => bad.call($, { dealy: 1 })).toThrow(/dealy/);
      expect(() => bad.call($, { delay: "soon" })).toThrow(/soon for \$\.with: delay/);
      expect(() => bad.call($, { idempotencyKey: "a\r\nx: y" })).toThrow(/idempotencyKey/);
      expect(() => bad.call($, { orderKey: "" })).toThrow(/orderKey/);
      expect(() => bad.call($, null)).toThrow(/options/);
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      const invalid = expect.objectContaining({ code: "DEST_INVALID_PAYLOAD" });
      for (const hostile of [proxy, { orderKey: proxy }]) expect(() => bad.call($, hostile)).toThrow(invalid);
    });
  });
});

test("a destination that answers at once leaves the event loop its turns", async () => {
  const x = recordingDestination({ concurrency: 10 });
  const dest = createDest({ destinations: { x } });
  await dest.run(($) => {
    for (let i = 0; i < 5_000; i++) $.send.x(i);
  });
  let turns = 0;
  while (x.values.length < 5_000) {
    await turn();
    turns += 1;
  }
  await dest.close();
  // At 10 a claim, 5,000 messages are 500 claims.
  expect(turns).toBeGreaterThan(30);
});

test("a payload whose toJSON sends too gives each message its own id", async () => {
  const { clock, x, dest } = setUp();
  await dest.run(($) => {
    $.send.x({ toJSON: () => $.send.x("inner") });
  });
  await clock.advance(0);
  expect(new Set(x.batches.map((batch) => batch.id)).size).toBe(2);
  expect(x.values).toEqual(["inner", { id: expect.stringMatching(/\.0$/) }]);
});

describe("createDest", () => {
  test("refuses options and destinations it cannot use, by name", () => {
    const x = recordingDestination();
    expect(() => createDest({ destinations: { x }, outbx: 1 } as never)).toThrow(
      /outbx \(did you mean outbox\?\)/,
    );
    expect(() => createDest({ destinations: { toString: x } })).toThrow(/toString/);
    expect(() => createDest({ destinations: { x: {} } } as never)).toThrow(/destinations\.x/);
    const future = { ...x, apiVersion: 2 };
    expect(() => createDest({ destinations: { future } } as never)).toThrow(
      expect.objectContaining({ code: "DEST_API_VERSION" }),
    );
    const slow = recordingDestination({ timeout: -1 });
    expect(() => createDest({ destinations: { slow } })).toThrow(/destinations\.slow: timeout/);
  });
});
