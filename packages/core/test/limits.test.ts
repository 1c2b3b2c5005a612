import { describe, expect, test } from "vitest";
import { createDest, DestError, type Limits, type WhenFull } from "../src/index.js";
import { manualClock, recordingDestination } from "../src/testing/index.js";

function setUp(limits: Limits, whenFull?: WhenFull) {
  const clock = manualClock();
  const held: (() => void)[] = [];
  const slow = recordingDestination({
    concurrency: 1_000,
    answer: async () => {
      await new Promise<void>((resolve) => held.push(resolve));
      return { status: "delivered" };
    },
  });
  const quick = recordingDestination();
  const dest = createDest({ destinations: { slow, quick }, clock, limits, whenFull });
  const send = (name: "slow" | "quick", count: number) =>
    dest.run(($) => {
      for (let i = 0; i < count; i++) $.send[name](i);
      return `sent ${count}`;
    });
  const release = () => {
    for (const resolve of held.splice(0)) resolve();
  };
  return { clock, slow, quick, dest, send, release };
}

test("a run that does not fit is refused whole, with the work's value on the error", async () => {
  const { clock, slow, send, dest } = setUp({ messages: 5 });
  await send("slow", 3);
  const refused = await send("slow", 3).catch((error: unknown) => error);
  expect(DestError.is(refused) && [refused.code, refused.value]).toEqual(["DEST_OUTBOX_FULL", "sent 3"]);
  await send("slow", 2);
  await clock.advance(0);
  expect(slow.values).toEqual([0, 1, 2, 0, 1]);
  expect((await dest.messages.stats()).slow?.delivering).toBe(5);
});

test("limits are per destination: one that is stuck does not fill the room of another", async () => {
  const { clock, quick, send, dest } = setUp({ messages: 5 });
  await send("slow", 5);
  await send("quick", 5);
  await expect(dest.run(($) => [$.send.quick(1), $.send.slow(1)])).rejects.toMatchObject({
    code: "DEST_OUTBOX_FULL",
  });
  await clock.advance(0);
  expect(quick.values).toHaveLength(5);
});

test("bytes are limited too", async () => {
  const { dest } = setUp({ bytes: 1_000 });
  await dest.run(($) => $.send.slow("x".repeat(900)));
  await expect(dest.run(($) => $.send.slow("x".repeat(200)))).rejects.toMatchObject({
    code: "DEST_OUTBOX_FULL",
  });
});

test("room comes back when messages are delivered", async () => {
  const { clock, send, release } = setUp({ messages: 5 });
  await send("slow", 5);
  await clock.advance(0);
  await expect(send("slow", 1)).rejects.toMatchObject({ code: "DEST_OUTBOX_FULL" });
  release();
  await clock.advance(0);
  await send("slow", 5);
});

test("the work is not begun where every destination is full", async () => {
  const { clock, dest } = setUp({ messages: 1 });
  await dest.run(($) => [$.send.slow(1), $.with({ delay: 1_000 }).send.quick(1)]);
  await clock.advance(0);
  let begun = false;
  await expect(
    dest.run(() => {
      begun = true;
    }),
  ).rejects.toMatchObject({ code: "DEST_OUTBOX_FULL" });
  expect(begun).toBe(false);
});

test("too many dead letters are said, not dropped", async () => {
  const clock = manualClock();
  const x = recordingDestination({
    answer: () => ({ status: "rejected", error: new DestError("DEST_NO", "no") }),
  });
  const dest = createDest({ destinations: { x }, clock, limits: { dead: 2 } });
  for (let i = 0; i < 3; i++) await dest.run(($) => $.send.x(i));
  await clock.advance(0);
  await expect(dest.run(($) => $.send.x(3))).rejects.toThrow(/dead letters/);
  expect((await dest.messages.list({ status: "dead" })).items).toHaveLength(3);
});

describe("whenFull: { waitMs }", () => {
  test("waits for room", async () => {
    const { clock, send, release } = setUp({ messages: 2 }, { waitMs: 1_000 });
    await send("slow", 2);
    await clock.advance(0);
    const waiting = send("slow", 2);
    await clock.advance(500);
    release();
    await clock.advance(0);
    expect(await waiting).toBe("sent 2");
  });

  test("but no longer than it says", async () => {
    const { clock, send } = setUp({ messages: 2 }, { waitMs: 1_000 });
    await send("slow", 2);
    const waiting = expect(send("slow", 2)).rejects.toMatchObject({
      code: "DEST_OUTBOX_FULL",
      value: "sent 2",
    });
    await clock.advance(1_000);
    await waiting;
  });
});

test("a checkpoint that found no room can be tried again", async () => {
  const { clock, slow, send, dest, release } = setUp({ messages: 2 });
  await send("slow", 2);
  await clock.advance(0);
  const run = dest.begin();
  run.$.send.slow("again");
  await expect(run.checkpoint()).rejects.toMatchObject({ code: "DEST_OUTBOX_FULL" });
  release();
  await clock.advance(0);
  await run.commit();
  await clock.advance(0);
  expect(slow.values.at(-1)).toBe("again");
});
