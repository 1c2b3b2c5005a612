import { describe, expect, test } from "vitest";
import { createDest, type DeliveryRecord, DestError, type Outcome } from "../src/index.js";
import { manualClock, type RecordingOptions, recordingDestination } from "../src/testing/index.js";

const failure = (code = "DEST_TEST"): Outcome => ({ status: "retry", error: new DestError(code, "not now") });
const never = () => new Promise<never>(() => undefined);

function setUp(options: RecordingOptions = {}, random = () => 0.5) {
  const clock = manualClock({ random });
  const x = recordingDestination(options);
  const dest = createDest({ destinations: { x }, clock });
  const begun = clock.now();
  const starts = () => x.batches.map((_, i) => startTimes[i]);
  const startTimes: number[] = [];
  const deliver = x.deliver.bind(x);
  Object.assign(x, {
    deliver: (...args: Parameters<typeof deliver>) => {
      startTimes.push(clock.now() - begun);
      return deliver(...args);
    },
  });
  const events: string[] = [];
  for (const event of ["accepted", "attempt", "delivered", "retry", "dead"] as const) {
    dest.on(event, (record: DeliveryRecord) => events.push(`${event} ${record.status}`));
  }
  return { clock, x, dest, starts, events };
}

describe("retry", () => {
  test("full jitter draws each delay between nothing and the ceiling", async () => {
    const { clock, dest, starts } = setUp({
      answer: () => failure(),
      retry: { maxAttempts: 4 },
      pause: false,
    });
    await dest.run(($) => $.send.x(1));
    await clock.advance(60_000);
    // Ceilings 1, 3 and 9 seconds, and a random of one half.
    expect(starts()).toEqual([0, 500, 2_000, 6_500]);
  });

  test("a wait the receiver asked for is kept to the millisecond", async () => {
    const answers: Outcome[] = [
      { ...failure(), afterMs: 2_000 } as Outcome,
      { ...failure(), afterMs: 7_777 } as Outcome,
      { status: "delivered" },
    ];
    const { clock, dest, starts, events } = setUp({ answer: () => answers.shift() as Outcome });
    const id = await dest.run(($) => $.send.x(1).id);
    await clock.advance(2_000 + 7_777);
    expect(starts()).toEqual([0, 2_000, 9_777]);
    const record = await dest.messages.get(id);
    expect(record?.attempts.map(({ outcome }) => outcome)).toEqual(["retry", "retry", "delivered"]);
    expect(events).toEqual([
      "accepted pending",
      "attempt retrying",
      "retry retrying",
      "attempt retrying",
      "retry retrying",
      "attempt delivered",
      "delivered delivered",
    ]);
  });

  test("it gives up after maxAttempts, or when the next would come after maxElapsed, and says so", async () => {
    const byAttempts = setUp({ answer: () => failure(), retry: { maxAttempts: 3 } });
    const first = await byAttempts.dest.run(($) => $.send.x(1).id);
    await byAttempts.clock.advance(60_000);
    expect(await byAttempts.dest.messages.get(first)).toMatchObject({
      status: "dead",
      attempts: [{}, {}, {}],
      error: { code: "DEST_RETRY_EXHAUSTED" },
    });
    const byTime = setUp({ answer: () => failure(), retry: { maxElapsed: 4_000 }, pause: false });
    await byTime.dest.run(($) => $.send.x(1));
    await byTime.clock.advance(60_000);
    expect(byTime.starts()).toEqual([0, 500, 2_000]);
  });

  test("retry: false makes one attempt", async () => {
    const { clock, x, dest, events } = setUp({ answer: () => failure(), retry: false });
    await dest.run(($) => $.send.x(1));
    await clock.advance(60_000);
    expect(x.batches).toHaveLength(1);
    expect(events.at(-1)).toBe("dead dead");
  });

  test("a thrown error is transient, unless it is a DestError that says otherwise", async () => {
    const thrown: unknown[] = [
      new Error("odd"),
      "text",
      new DestError("DEST_FINAL", "no", { retryable: false }),
    ];
    const { clock, dest } = setUp({
      answer: () => {
        throw thrown.shift();
      },
    });
    const id = await dest.run(($) => $.send.x(1).id);
    await clock.advance(60_000);
    const record = await dest.messages.get(id);
    expect(record?.status).toBe("dead");
    expect(record?.attempts.map((attempt) => attempt.error?.code)).toEqual([
      "DEST_DELIVER_FAILED",
      "DEST_DELIVER_FAILED",
      "DEST_FINAL",
    ]);
  });

  test("ambiguous: false gives up on what may have arrived", async () => {
    const { clock, dest } = setUp({ answer: never, timeout: 1_000, retry: { ambiguous: false } });
    const id = await dest.run(($) => $.send.x(1).id);
    await clock.advance(1_000);
    expect(await dest.messages.get(id)).toMatchObject({ status: "dead", error: { code: "DEST_AMBIGUOUS" } });
  });

  test("progress stays over attempts that say nothing of it: a timeout, a thrown error", async () => {
    const { clock, x, dest } = setUp({
      timeout: 1_000,
      answer: ({ attempt }) => {
        if (attempt === 1) return { ...failure(), progress: ["a"] } as Outcome;
        if (attempt === 2) return never();
        if (attempt === 3) throw new Error("gone");
        return { status: "delivered" };
      },
    });
    await dest.run(($) => $.send.x(1));
    await clock.advance(3_600_000);
    expect(x.batches.map(({ progress }) => progress)).toEqual([undefined, ["a"], ["a"], ["a"]]);
  });

  test("progress comes back with the next attempt", async () => {
    const { clock, x, dest } = setUp({
      answer: ({ attempt }) =>
        attempt === 1 ? ({ ...failure(), progress: ["a"] } as Outcome) : { status: "delivered" },
    });
    await dest.run(($) => $.send.x(1));
    await clock.advance(10_000);
    expect(x.batches.map(({ progress }) => progress)).toEqual([undefined, ["a"]]);
  });
});

describe("one attempt", () => {
  test("ends at its timeout, aborts the signal, and keeps what was recorded", async () => {
    const aborted: unknown[] = [];
    const { clock, dest } = setUp({
      timeout: 5_000,
      retry: false,
      answer: (_batch, { signal, record }) => {
        record({ request: { to: "there", authorization: "planted" } });
        signal.addEventListener("abort", () => aborted.push(signal.reason));
        return never();
      },
    });
    const id = await dest.run(($) => $.send.x(1).id);
    await clock.advance(4_999);
    expect((await dest.messages.get(id))?.status).toBe("delivering");
    await clock.advance(1);
    const record = await dest.messages.get(id);
    expect(record).toMatchObject({
      status: "dead",
      attempts: [
        {
          durationMs: 5_000,
          error: { code: "DEST_TIMEOUT" },
          request: { to: "there", authorization: "[redacted]" },
        },
      ],
    });
    expect(record?.attempts[0]?.error?.message).toContain("timeout");
    expect(aborted).toMatchObject([{ code: "DEST_TIMEOUT" }]);
  });

  test("an outcome that comes after the timeout changes nothing", async () => {
    const late: ((outcome: Outcome) => void)[] = [];
    const { clock, dest, events } = setUp({
      timeout: 1_000,
      retry: { maxAttempts: 1 },
      answer: () => new Promise<Outcome>((resolve) => late.push(resolve)),
    });
    await dest.run(($) => $.send.x(1));
    await clock.advance(1_000);
    late[0]?.({ status: "delivered" });
    await clock.advance(1_000);
    expect(events).toEqual(["accepted pending", "attempt dead", "dead dead"]);
  });

  test("an answer that is no outcome is said, and tried again", async () => {
    const answers: unknown[] = [undefined, { status: "ok" }, { status: "delivered" }];
    const { clock, dest } = setUp({ answer: () => answers.shift() as Outcome });
    const id = await dest.run(($) => $.send.x(1).id);
    await clock.advance(60_000);
    const record = await dest.messages.get(id);
    expect(record?.attempts.map((attempt) => attempt.error?.code)).toEqual([
      "DEST_OUTCOME_INVALID",
      "DEST_OUTCOME_INVALID",
      undefined,
    ]);
  });

  test("a listener that throws stops no delivery", async () => {
    const { clock, x, dest } = setUp();
    const warned = new Promise((resolve) => process.once("warning", resolve));
    dest.on("accepted", () => {
      throw new Error("a listener's fault");
    });
    await dest.run(($) => $.send.x(1));
    await clock.advance(0);
    expect(x.values).toEqual([1]);
    expect(await warned).toMatchObject({ message: "a listener's fault" });
  });
});

describe("open", () => {
  test("is called once, before the first delivery, also for an instance under two names", async () => {
    const calls: string[] = [];
    const x = {
      ...recordingDestination({
        answer: () => {
          calls.push("deliver");
          return { status: "delivered" };
        },
      }),
      open: async () => void calls.push("open"),
      close: async () => void calls.push("close"),
    };
    const clock = manualClock();
    const dest = createDest({ destinations: { x, y: x }, clock });
    await clock.advance(1_000);
    expect(calls).toEqual([]);
    await dest.run(($) => [$.send.x(1), $.send.y(2), $.send.x(3)]);
    await clock.advance(0);
    await dest.close();
    expect(calls).toEqual(["open", "deliver", "deliver", "deliver", "close"]);
  });

  test("a failure is a retry of what waited for it, and it is tried again", async () => {
    let opened = 0;
    const clock = manualClock();
    const x = {
      ...recordingDestination(),
      open: () => {
        opened += 1;
        if (opened === 1) throw new Error("no route");
      },
    };
    const dest = createDest({ destinations: { x }, clock });
    const id = await dest.run(($) => $.send.x(1).id);
    await clock.advance(10_000);
    const record = await dest.messages.get(id);
    expect(record?.status).toBe("delivered");
    expect(record?.attempts.map((attempt) => attempt.error?.code)).toEqual(["DEST_OPEN_FAILED", undefined]);
    expect(opened).toBe(2);
  });
});

describe("concurrency", () => {
  test("no more attempts than total are under way, nor more than perGroup of one group", async () => {
    let running = 0;
    const byGroup = new Map<string, number>();
    const most = { total: 0, perGroup: 0 };
    const clock = manualClock();
    const x = recordingDestination({
      concurrency: { total: 7, perGroup: 3 },
      groupKey: (value) => String((value as number) % 4),
      answer: async ({ group }) => {
        running += 1;
        byGroup.set(group, (byGroup.get(group) ?? 0) + 1);
        most.total = Math.max(most.total, running);
        most.perGroup = Math.max(most.perGroup, byGroup.get(group) ?? 0);
        await new Promise<void>((resolve) => clock.after(100, resolve));
        running -= 1;
        byGroup.set(group, (byGroup.get(group) ?? 0) - 1);
        return { status: "delivered" };
      },
    });
    const dest = createDest({ destinations: { x }, clock });
    await dest.run(($) => {
      for (let i = 0; i < 100; i++) $.send.x(i);
    });
    await clock.advance(10_000);
    expect(x.batches).toHaveLength(100);
    expect(most).toEqual({ total: 7, perGroup: 3 });
  });

  test("a group that never answers delays no other, however much waits for it", async () => {
    const clock = manualClock();
    const x = recordingDestination({
      groupKey: (value) => (value as { to: string }).to,
      answer: ({ group }) => (group === "dead" ? never() : { status: "delivered" }),
    });
    const dest = createDest({ destinations: { x }, clock });
    await dest.run(($) => {
      for (let i = 0; i < 900; i++) $.send.x({ to: "dead", i });
      for (let i = 0; i < 100; i++) $.send.x({ to: "alive", i });
    });
    await clock.advance(0);
    const { delivered } = (await dest.messages.stats()).x ?? {};
    expect(delivered).toBe(100);
  });

  test("first attempts start in the order of the calls", async () => {
    const { clock, x, dest } = setUp({ concurrency: 1 });
    for (let run = 0; run < 3; run++) await dest.run(($) => [$.send.x(run * 2), $.send.x(run * 2 + 1)]);
    await clock.advance(0);
    expect(x.values).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("rateLimit holds starts to max in any interval", async () => {
    const { clock, dest, starts } = setUp({ rateLimit: { max: 2, interval: 1_000 } });
    await dest.run(($) => {
      for (let i = 0; i < 6; i++) $.send.x(i);
    });
    await clock.advance(10_000);
    expect(starts()).toEqual([0, 0, 1_000, 1_000, 2_000, 2_000]);
  });
});

describe("pause", () => {
  test("after failures in a row a group pauses, one message probes it, and waiting costs no attempt", async () => {
    let down = true;
    const { clock, x, dest, starts } = setUp({
      concurrency: 1,
      retry: { minDelay: 0 },
      pause: { after: 3, minDelay: 1_000 },
      answer: () => (down ? failure() : { status: "delivered" }),
    });
    const paused: { until: number; failures: number }[] = [];
    dest.on("paused", (event) => paused.push(event));
    await dest.run(($) => {
      for (let i = 0; i < 10; i++) $.send.x(i);
    });
    await clock.advance(6_999);
    // Three failures, a pause of 1 s, a probe, a pause of 2 s, a probe, a pause of 4 s.
    expect(starts()).toEqual([0, 0, 0, 1_000, 3_000]);
    expect(paused).toHaveLength(3);
    down = false;
    await clock.advance(1);
    expect(x.batches).toHaveLength(15);
    const { items } = await dest.messages.list({ status: "delivered" });
    expect(items).toHaveLength(10);
  });
});

describe("order keys", () => {
  test("messages of one key go one after another; a failing one holds up its key alone", async () => {
    let fail = true;
    const { clock, x, dest } = setUp({
      pause: false,
      answer: (batch) => (fail && batch.messages[0].value === "a1" ? failure() : { status: "delivered" }),
    });
    await dest.run(($) => {
      for (const name of ["a1", "b1", "a2", "b2", "c"]) {
        if (name === "c") $.send.x(name);
        else $.with({ orderKey: name.slice(0, 1) }).send.x(name);
      }
    });
    await clock.advance(0);
    expect(x.values).toEqual(["a1", "b1", "c", "b2"]);
    fail = false;
    await clock.advance(1_000);
    expect(x.values).toEqual(["a1", "b1", "c", "b2", "a1", "a2"]);
  });

  test("a dead message lets the next of its key go", async () => {
    const { clock, x, dest } = setUp({
      answer: (batch) =>
        batch.messages[0].value === 1
          ? { status: "rejected", error: new DestError("DEST_NO", "no") }
          : { status: "delivered" },
    });
    await dest.run(($) => [1, 2].map((value) => $.with({ orderKey: "k" }).send.x(value)));
    await clock.advance(0);
    expect(x.values).toEqual([1, 2]);
  });
});

describe("expiry", () => {
  test("a message too late to send is dead with that reason", async () => {
    const { clock, x, dest } = setUp({ answer: () => failure(), concurrency: 1 });
    const id = await dest.run(($) => $.with({ expiresIn: 400 }).send.x(1).id);
    await clock.advance(500);
    expect(x.batches).toHaveLength(1);
    expect(await dest.messages.get(id)).toMatchObject({
      status: "dead",
      error: { code: "DEST_EXPIRED" },
      attempts: [{ outcome: "retry" }, { outcome: "expired", error: { code: "DEST_EXPIRED" } }],
    });
    expect(await dest.close()).toEqual({ delivered: 0, dead: 1, pending: 0 });
  });
});

describe("dead letters", () => {
  test("are kept, listed, and replayed with a new life", async () => {
    let fail = true;
    const { clock, dest } = setUp({
      retry: false,
      answer: () => (fail ? failure() : { status: "delivered" }),
    });
    const ids = await dest.run(($) => [1, 2, 3].map((value) => $.send.x(value).id));
    await clock.advance(0);
    expect((await dest.messages.list({ status: "dead" })).items.map(({ id }) => id)).toEqual(ids);
    fail = false;
    expect(await dest.messages.replay({ ids: [ids[1] as string, "unknown.0"] })).toEqual({ replayed: 1 });
    await clock.advance(0);
    expect((await dest.messages.get(ids[1] as string))?.status).toBe("delivered");
    expect(await dest.messages.replay({ status: "dead", destination: "x" })).toEqual({ replayed: 2 });
    await clock.advance(0);
    expect((await dest.messages.stats()).x).toMatchObject({ delivered: 3, dead: 0, pending: 0 });
  });
});

test("list pages through all records once, in commit order", async () => {
  const { clock, dest } = setUp();
  const ids = await dest.run(($) => Array.from({ length: 25 }, (_, i) => $.send.x(i).id), { workflow: "w" });
  await dest.run(($) => $.send.x("other"));
  await clock.advance(0);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await dest.messages.list({ workflow: "w", limit: 10, cursor });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor);
  expect(seen).toEqual(ids);
});

test("events are told on node:diagnostics_channel too", async () => {
  const { subscribe, unsubscribe } = await import("node:diagnostics_channel");
  const seen: unknown[] = [];
  const listener = (payload: unknown) => seen.push(payload);
  subscribe("dest:delivered", listener);
  const { clock, dest } = setUp();
  const id = await dest.run(($) => $.send.x(1).id);
  await clock.advance(0);
  unsubscribe("dest:delivered", listener);
  expect(seen).toMatchObject([{ id, status: "delivered" }]);
});

test("probe says for each destination whether it can be reached", async () => {
  const x = { ...recordingDestination(), probe: async () => undefined };
  const y = { ...recordingDestination(), probe: () => Promise.reject(new Error("refused")) };
  const dest = createDest({ destinations: { x, y } });
  expect(await dest.probe()).toMatchObject({
    x: { ok: true },
    y: { ok: false, error: { message: "refused" } },
  });
  await dest.close();
});
