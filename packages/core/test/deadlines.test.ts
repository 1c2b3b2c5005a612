import { expect, test } from "vitest";
import { Deadlines, type Timed } from "../src/deadlines.js";
import { manualClock } from "../src/testing/index.js";

interface Item extends Timed {
  readonly name: string;
}

/** Items with a limit of 100 ms, and when each of them expired. */
function setUp() {
  const clock = manualClock({ now: 0 });
  const expired: string[] = [];
  let timers = 0;
  const counting = {
    ...clock,
    after: (ms: number, fn: () => void) => {
      timers += 1;
      return clock.after(ms, fn);
    },
  };
  const deadlines = new Deadlines<Item>(counting, ({ name }) => expired.push(`${name} at ${clock.now()}`));
  const add = (name: string): Item => {
    const item = { name, deadline: clock.now() + 100, before: undefined, after: undefined };
    deadlines.add(item);
    return item;
  };
  return { clock, deadlines, expired, add, timers: () => timers };
}

test("each item expires at its own time, the oldest first", async () => {
  const { clock, expired, add } = setUp();
  add("a");
  add("b");
  await clock.advance(40);
  add("c");
  await clock.advance(200);
  expect(expired).toEqual(["a at 100", "b at 100", "c at 140"]);
});

test("an item that ended in time does not expire, whichever it is", async () => {
  const { clock, deadlines, expired, add } = setUp();
  const items = ["a", "b", "c", "d", "e"].map(add);
  for (const i of [0, 2, 4]) deadlines.remove(items[i] as Item);
  expect(deadlines.all().map(({ name }) => name)).toEqual(["b", "d"]);
  await clock.advance(200);
  expect(expired).toEqual(["b at 100", "d at 100"]);
  expect(deadlines.all()).toEqual([]);
});

test("an item may be taken out twice, also after it expired", async () => {
  const { clock, deadlines, expired, add } = setUp();
  const [first, second] = [add("a"), add("b")];
  deadlines.remove(first);
  deadlines.remove(first);
  add("c");
  await clock.advance(100);
  expect(expired).toEqual(["b at 100", "c at 100"]);
  deadlines.remove(second);
  add("d");
  await clock.advance(100);
  expect(expired).toEqual(["b at 100", "c at 100", "d at 200"]);
});

test("one that comes after the others have ended has its full time", async () => {
  const { clock, deadlines, expired, add } = setUp();
  const first = add("a");
  await clock.advance(50);
  deadlines.remove(first);
  add("b");
  await clock.advance(99);
  expect(expired).toEqual([]);
  await clock.advance(1);
  expect(expired).toEqual(["b at 150"]);
});

test("what expires may make another end, and start a new one", async () => {
  const clock = manualClock({ now: 0 });
  const expired: string[] = [];
  const item = (name: string): Item => ({
    name,
    deadline: clock.now() + 100,
    before: undefined,
    after: undefined,
  });
  const second = item("b");
  const deadlines = new Deadlines<Item>(clock, ({ name }) => {
    expired.push(`${name} at ${clock.now()}`);
    deadlines.remove(second);
    if (expired.length === 1) deadlines.add(item("c"));
  });
  deadlines.add(item("a"));
  deadlines.add(second);
  await clock.advance(500);
  expect(expired).toEqual(["a at 100", "c at 200"]);
});

test("many items share one timer", async () => {
  const { clock, deadlines, add, timers } = setUp();
  for (let i = 0; i < 100; i++) deadlines.remove(add(String(i)));
  expect(timers()).toBe(1);
  await clock.advance(1_000);
  expect(timers()).toBe(1);
});

test("nothing expires after stop, and all that was under way can still be asked for", async () => {
  const { clock, deadlines, expired, add } = setUp();
  add("a");
  add("b");
  deadlines.stop();
  await clock.advance(1_000);
  expect(expired).toEqual([]);
  expect(deadlines.all().map(({ name }) => name)).toEqual(["a", "b"]);
});
