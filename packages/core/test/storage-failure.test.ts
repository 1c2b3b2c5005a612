import { expect, test } from "vitest";
import { createDest, type DestError, memoryOutbox, type Outbox } from "../src/index.js";
import { manualClock, recordingDestination } from "../src/testing/index.js";

/** An instance whose outbox fails the first `times` calls of one method. */
function failing(method: keyof Outbox, times: number) {
  const clock = manualClock();
  const whole = memoryOutbox();
  let left = times;
  const outbox = new Proxy(whole, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        if (name === method && left-- > 0) return Promise.reject(new Error("the disk is away"));
        return member.apply(target, args) as unknown;
      };
    },
  });
  const x = recordingDestination({ batch: { maxWait: 0 } });
  const y = recordingDestination();
  const dest = createDest({ destinations: { x, y }, clock, outbox });
  const warnings: DestError[] = [];
  dest.on("warning", (warning) => warnings.push(warning));
  return { clock, dest, x, y, warnings };
}

test.for(["claim", "seal", "settle"] as const)(
  "where %s fails for a while, it is said, tried again, and nothing is lost",
  async (method) => {
    const { clock, dest, x, y, warnings } = failing(method, 3);
    await dest.run(($) => [$.send.x(1), $.send.x(2), $.send.y(3)]);
    await clock.advance(60_000);
    expect([...x.values, ...y.values]).toEqual([1, 2, 3]);
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.every(({ code }) => code === "DEST_OUTBOX_FAILED")).toBe(true);
    const closed = dest.close();
    await clock.advance(10_000);
    expect(await closed).toEqual({ delivered: 3, dead: 0, pending: 0 });
  },
);

test("where append fails, run rejects with what the outbox said, nothing is sent, and the room is free again", async () => {
  const { clock, dest, y } = failing("append", 1);
  await expect(dest.run(($) => $.send.y("refused"))).rejects.toThrow("the disk is away");
  await dest.run(($) => $.send.y("accepted"));
  await clock.advance(0);
  expect(y.values).toEqual(["accepted"]);
});
