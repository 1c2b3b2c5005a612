import { describe, expect, test } from "vitest";
import { createDest, DestError, type Outcome } from "../src/index.js";
import { manualClock, type RecordingOptions, recordingDestination } from "../src/testing/index.js";

const failure: Outcome = { status: "retry", error: new DestError("DEST_TEST", "not now") };
const never = () => new Promise<never>(() => undefined);

function setUp(options: RecordingOptions = {}) {
  const clock = manualClock();
  const x = recordingDestination(options);
  const dest = createDest({ destinations: { x }, clock });
  const warnings: DestError[] = [];
  dest.on("warning", (warning) => warnings.push(warning));
  const send = (...values: unknown[]) => dest.run(($) => values.map((value) => $.send.x(value).id));
  return { clock, x, dest, warnings, send };
}

/** Whether a promise has resolved once everything in memory has had its turn. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

describe("flush", () => {
  test("resolves when what was accepted before is settled, however much comes after", async () => {
    const { clock, x, dest, send } = setUp({ concurrency: 1, answer: () => wait(clock, 10) });
    await send(1, 2, 3);
    const flushed = dest.flush();
    await clock.advance(5);
    await send(...Array(1_000).keys());
    await clock.advance(24);
    expect(await isDone(flushed)).toBe(false);
    await clock.advance(1);
    expect(await isDone(flushed)).toBe(true);
    expect(x.batches.length).toBeLessThan(10);
  });

  test("waits for a retry that is due within its timeout, and leaves a later one or a delayed send alone", async () => {
    const soon = setUp({
      answer: ({ attempt }) => (attempt === 1 ? { ...failure, afterMs: 3_000 } : { status: "delivered" }),
    });
    await soon.send(1);
    const flushed = soon.dest.flush({ timeout: 5_000 });
    await soon.clock.advance(2_999);
    expect(await isDone(flushed)).toBe(false);
    await soon.clock.advance(1);
    expect(await flushed).toEqual({ delivered: 1, dead: 0, pending: 0 });

    const later = setUp({ answer: () => ({ ...failure, afterMs: 6_000 }) });
    await later.send(1);
    await later.dest.run(($) => $.with({ delay: 7_000 }).send.x(2));
    const at = later.clock.now();
    const left = later.dest.flush({ timeout: 5_000 });
    await later.clock.advance(0);
    expect(await left).toEqual({ delivered: 0, dead: 0, pending: 2 });
    expect(later.clock.now()).toBe(at);
  });

  test("never hangs: under a destination that does not answer it ends at its timeout", async () => {
    const { clock, dest, send } = setUp({ answer: never });
    await send(1);
    const flushed = dest.flush({ timeout: 2_000 });
    await clock.advance(2_000);
    expect(await flushed).toEqual({ delivered: 0, dead: 0, pending: 1 });
  });

  test("closes the batch that a retry rejoins", async () => {
    let first = true;
    const { clock, dest, send } = setUp({
      batch: { maxWait: 60_000 },
      answer: ({ messages }) => {
        if (!first) return { status: "delivered" };
        first = false;
        return new Map(messages.map(({ id }) => [id, { ...failure, afterMs: 1_000 }]));
      },
    });
    await send(1, 2);
    const flushed = dest.flush();
    await clock.advance(1_000);
    expect(await flushed).toEqual({ delivered: 2, dead: 0, pending: 0 });
  });

  test("of nothing resolves at once", async () => {
    const { clock, dest } = setUp();
    const flushed = dest.flush();
    await clock.advance(0);
    expect(await flushed).toEqual({ delivered: 0, dead: 0, pending: 0 });
  });
});

describe("close", () => {
  test("refuses new runs, lets running ones commit, and delivers what they sent", async () => {
    const { clock, x, dest } = setUp();
    let finish: () => void = () => undefined;
    const running = dest.run(async ($) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      $.send.x("late but in time");
    });
    await clock.advance(0);
    const closed = dest.close();
    await expect(dest.run(() => 1)).rejects.toMatchObject({ code: "DEST_CLOSED" });
    expect(() => dest.begin()).toThrow(expect.objectContaining({ code: "DEST_CLOSED" }));
    finish();
    await running;
    await clock.advance(0);
    expect(await closed).toEqual({ delivered: 1, dead: 0, pending: 0 });
    expect(x.values).toEqual(["late but in time"]);
  });

  test("under open batches, hung attempts and waiting retries it ends in time, and its counts add up", async () => {
    const clock = manualClock();
    const aborted: string[] = [];
    const dest = createDest({
      destinations: {
        good: recordingDestination(),
        batched: recordingDestination({ batch: { maxWait: 3_600_000 } }),
        hung: recordingDestination({
          answer: (_batch, { onAbort, name }) => {
            onAbort(({ code }) => aborted.push(`${name} ${code}`));
            return never();
          },
        }),
        failing: recordingDestination({ answer: () => ({ ...failure, afterMs: 3_600_000 }) }),
        rejecting: recordingDestination({
          answer: () => ({ status: "rejected", error: new DestError("DEST_NO", "no") }),
        }),
      },
      clock,
    });
    const warnings: DestError[] = [];
    dest.on("warning", (warning) => warnings.push(warning));
    await dest.run(($) => {
      for (let i = 0; i < 10; i++) {
        $.send.good(i);
        $.send.batched(i);
        $.send.hung(i);
        $.send.failing(i);
        $.send.rejecting(i);
      }
    });
    const closed = dest.close({ timeout: 5_000 });
    await clock.advance(5_000);
    expect(await closed).toEqual({ delivered: 20, dead: 10, pending: 20 });
    expect(aborted).toEqual(Array(10).fill("hung DEST_CLOSED"));
    expect(warnings.map(({ code }) => code)).toEqual(["DEST_PENDING_LOST"]);
    expect(warnings[0]?.message).toMatch(/20 messages.*\.2 \(hung\)/);
  });

  test("a run that does not end in time is refused its commit, and told so", async () => {
    const { clock, dest } = setUp();
    const run = dest.begin();
    run.$.send.x(1);
    const closed = dest.close({ timeout: 1_000 });
    await clock.advance(1_000);
    expect(await closed).toEqual({ delivered: 0, dead: 0, pending: 0 });
    await expect(run.commit()).rejects.toMatchObject({ code: "DEST_CLOSED" });
  });

  test("twice is the same as once; await using works", async () => {
    const { dest, clock, x } = setUp();
    await dest.run(($) => $.send.x(1));
    const closed = Promise.all([dest.close(), dest.close(), dest[Symbol.asyncDispose]()]);
    await clock.advance(0);
    const [first, second] = await closed;
    expect(second).toBe(first);
    expect(x.values).toEqual([1]);
  });

  test("a plugin whose close fails or hangs stops nothing", async () => {
    const clock = manualClock();
    const x = { ...recordingDestination(), close: never };
    const y = { ...recordingDestination(), close: () => Promise.reject(new Error("stuck")) };
    const dest = createDest({ destinations: { x, y }, clock });
    const warnings: DestError[] = [];
    dest.on("warning", (warning) => warnings.push(warning));
    await dest.run(($) => [$.send.x(1), $.send.y(1)]);
    const closed = dest.close({ timeout: 100 });
    await clock.advance(10_000);
    expect(await closed).toEqual({ delivered: 2, dead: 0, pending: 0 });
    expect(warnings.map(({ code }) => code)).toEqual(["DEST_CLOSE_FAILED"]);
  });
});

async function wait(clock: { after(ms: number, fn: () => void): unknown }, ms: number): Promise<Outcome> {
  await new Promise<void>((resolve) => clock.after(ms, resolve));
  return { status: "delivered" };
}
