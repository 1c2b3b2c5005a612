import { expect, test } from "vitest";
import { setUp } from "./set-up.js";
import { thrownBy } from "./thrown-by.js";

/** What a listener sees of one emission. */
async function seen(envelope: "auto" | "raw" | "always" | undefined, ...args: [unknown, string?]) {
  const { bus, emit, next } = setUp({ envelope });
  const heard: unknown[] = [];
  bus.on({}, (event, { name, summary }) => void heard.push({ event, name, summary }));
  await emit("p_a", ...args);
  await next("delivered");
  return heard[0];
}

test("the three shapes: the listener sees the event, and the channel as name", async () => {
  const event = { name: "Yoda" };
  expect(await seen(undefined, { raw_event: event })).toEqual({ event, name: null });
  expect(await seen(undefined, { raw_event: event, event: "jedi" })).toEqual({ event, name: "jedi" });
  expect(await seen(undefined, event)).toEqual({ event, name: null });
  expect(await seen(undefined, event, "jedi")).toEqual({ event, name: "jedi" });
});

test("what looks like an envelope but has more is the event; the option settles it", async () => {
  const event = { raw_event: 1, other: 2 };
  expect(await seen("auto", event)).toEqual({ event, name: null });
  expect(await seen("raw", { raw_event: 1 })).toEqual({ event: { raw_event: 1 }, name: null });
  expect(await seen("always", { raw_event: 1 })).toEqual({ event: 1, name: null });
});

test("an envelope's event that is no name is not lost", async () => {
  const summary = { short: true };
  expect(await seen("auto", { raw_event: [1], event: summary })).toEqual({ event: [1], name: null, summary });
});

test("anything JSON can say may be emitted; what it cannot is refused at the call", () => {
  const { dest } = setUp({ envelope: "always" });
  const sending = (...args: [unknown, string?]) => {
    const run = dest.begin();
    try {
      return thrownBy(() => run.$.send.emit(...args)).message;
    } finally {
      run.discard();
    }
  };
  expect(sending(1)).toMatch(/\$\.send\.emit: invalid value 1 for the event: it must be/);
  expect(sending({ raw_event: undefined })).toMatch(/raw_event/);
  expect(sending({ raw_event: { a: new Map() } })).toMatch(/raw_event\.a/);
  expect(sending({ raw_event: 1 }, "")).toMatch(/channel/);
});
