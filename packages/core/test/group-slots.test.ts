import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GroupSlots } from "../src/group-slots.js";
import { type Policy, resolvePolicy } from "../src/policy.js";

interface Work {
  readonly group: string;
  readonly id: number;
}

const pause = { after: 2, minDelay: 1_000, maxDelay: 4_000 };

function setUp(policy: Policy = {}) {
  const clock = { time: 0, now: () => clock.time, random: () => 0, after: () => ({ cancel() {} }) };
  const slots = new GroupSlots<Work>(resolvePolicy("test", policy), clock);
  let id = 0;
  const add = (...groups: string[]) => {
    for (const group of groups) slots.add({ group, id: ++id });
  };
  /** Starts what may start, and answers of which groups. */
  const start = () => {
    const groups: string[] = [];
    for (let work = slots.next(); work; work = slots.next()) groups.push(work.group);
    return groups;
  };
  const endPausesAt = (now: number) => {
    clock.time = now;
    slots.endPauses(now);
  };
  return { slots, add, start, endPausesAt };
}

describe("work starts", () => {
  test("in turns of the groups, however much waits in one of them", () => {
    const { add, start } = setUp({ concurrency: { total: 5, perGroup: 5 } });
    add("dead", "dead", "dead", "dead", "dead", "a", "a", "b");
    expect(start()).toEqual(["dead", "a", "b", "dead", "a"]);
  });

  test("at most perGroup of a group, and total of all", () => {
    const { slots, add, start } = setUp({ concurrency: { total: 3, perGroup: 2 } });
    add("a", "a", "a", "b", "b", "c");
    expect(start()).toEqual(["a", "b", "c"]);
    slots.done("c", false);
    expect(start()).toEqual(["a"]);
    slots.done("b", false);
    expect(start()).toEqual(["b"]);
    slots.done("b", false);
    expect(start()).toEqual([]);
    slots.done("a", false);
    expect(start()).toEqual(["a"]);
    expect(slots.running).toBe(2);
  });
});

describe("a group that keeps failing", () => {
  function failing() {
    const all = setUp({ concurrency: { total: 10, perGroup: 4 }, pause });
    all.add("a", "a", "a", "a", "a", "b");
    all.start();
    expect(all.slots.done("a", true)).toBeUndefined();
    return { ...all, begun: all.slots.done("a", true) };
  }

  test("pauses, and gives back what waits for it", () => {
    const { slots, begun } = failing();
    expect(begun).toMatchObject({ until: 1_000, failures: 2 });
    expect(begun?.released).toEqual([{ group: "a", id: 5 }]);
    expect([...slots.paused]).toEqual(["a"]);
    expect(slots.nextAt).toBe(1_000);
  });

  test("starts nothing until the pause is over, while others do", () => {
    const { slots, add, start, endPausesAt } = failing();
    for (let underWay = 2; underWay > 0; underWay--) slots.done("a", undefined);
    add("a", "b");
    expect(start()).toEqual(["b"]);
    endPausesAt(999);
    expect(start()).toEqual([]);
  });

  test("is then probed by one, when what was under way has ended", () => {
    const { slots, add, start, endPausesAt } = failing();
    add("a", "a", "a");
    endPausesAt(1_000);
    expect([...slots.paused]).toEqual([]);
    expect(slots.takeReopened()).toContain("a");
    expect(start()).toEqual([]);
    slots.done("a", undefined);
    slots.done("a", undefined);
    expect(start()).toEqual(["a"]);
  });

  test("pauses longer when the probe fails, and opens when it succeeds", () => {
    const { slots, add, start, endPausesAt } = failing();
    slots.done("a", undefined);
    slots.done("a", undefined);
    add("a", "a", "a");
    endPausesAt(1_000);
    expect(start()).toEqual(["a"]);
    const again = slots.done("a", true);
    expect(again).toMatchObject({ until: 3_000, failures: 3 });
    expect(again?.released).toHaveLength(2);
    add("a", "a", "a");
    endPausesAt(3_000);
    expect(start()).toEqual(["a"]);
    slots.done("a", false);
    expect(start()).toEqual(["a", "a"]);
  });

  test("opens at once when something that was under way succeeds, and the end of that pause ends no later one", () => {
    const { slots, add, start, endPausesAt } = failing();
    slots.done("a", false);
    expect([...slots.paused]).toEqual([]);
    add("a", "a");
    expect(start()).toEqual(["a", "a"]);
    endPausesAt(500);
    slots.done("a", true);
    expect(slots.done("a", true)).toMatchObject({ until: 1_500 });
    endPausesAt(1_000);
    expect([...slots.paused]).toEqual(["a"]);
    endPausesAt(1_500);
    expect([...slots.paused]).toEqual([]);
  });

  test("never pauses with pause: false", () => {
    const { slots, add, start } = setUp({ pause: false });
    for (let i = 0; i < 50; i++) {
      add("a");
      expect(start()).toEqual(["a"]);
      expect(slots.done("a", true)).toBeUndefined();
    }
  });
});

describe("what is to be claimed", () => {
  test("no more of a group in which three rounds wait, until half of that has started", () => {
    const { slots, add, start } = setUp({ concurrency: { total: 10, perGroup: 4 } });
    add(...new Array<string>(11).fill("a"));
    expect([...slots.full]).toEqual([]);
    add("a");
    expect([...slots.full]).toEqual(["a"]);
    start();
    slots.done("a", false);
    start();
    expect([...slots.full]).toEqual(["a"]);
    expect(slots.hasReopened).toBe(false);
    slots.done("a", false);
    start();
    expect([...slots.full]).toEqual([]);
    expect(slots.takeReopened()).toEqual(["a"]);
    expect(slots.hasReopened).toBe(false);
  });

  test("no sealed batch of a group without a free slot", () => {
    const { slots, add, start } = setUp({ concurrency: { total: 10, perGroup: 1 }, batch: {} });
    add("a");
    expect([...slots.full]).toEqual([]);
    start();
    expect([...slots.full]).toEqual(["a"]);
    slots.done("a", false);
    expect([...slots.full]).toEqual([]);
  });

  test("as many as could start in three rounds; none for what cannot start", () => {
    const { slots, add, start } = setUp({ concurrency: { total: 4, perGroup: 2 } });
    expect([slots.room, slots.free]).toEqual([12, 4]);
    add("a", "a", "a", "b");
    expect([slots.room, slots.free]).toEqual([8, 0]);
    start();
    expect([slots.room, slots.free]).toEqual([12, 1]);
  });
});

test("drain gives back all that waits, and forgets no slot that is taken", () => {
  const { slots, add, start } = setUp({ concurrency: { total: 2, perGroup: 1 } });
  add("a", "a", "b", "b", "c");
  expect(start()).toEqual(["a", "b"]);
  expect(slots.drain().map(({ id }) => id)).toEqual([2, 4, 5]);
  expect(slots.drain()).toEqual([]);
  add("a", "c");
  expect([slots.running, start()]).toEqual([2, []]);
});

test("whatever happens, slots are never exceeded, none stays free without need, and a group keeps its order", () => {
  const group = fc.constantFrom("a", "b", "c");
  const step = fc.oneof(
    fc.record({ do: fc.constant("add" as const), group }),
    fc.record({ do: fc.constant("start" as const) }),
    fc.record({
      do: fc.constant("done" as const),
      group,
      failed: fc.constantFrom(true, true, false, undefined),
    }),
    fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
  );
  const concurrency = fc.record({
    total: fc.integer({ min: 1, max: 5 }),
    perGroup: fc.integer({ min: 1, max: 3 }),
  });

  fc.assert(
    fc.property(concurrency, fc.array(step, { maxLength: 80, size: "max" }), (limits, steps) => {
      const { slots, add, endPausesAt } = setUp({ concurrency: limits, pause });
      const model = new Model(limits);
      let added = 0;
      let now = 0;
      for (const one of steps) {
        if (one.do === "add") {
          add(one.group);
          model.of(one.group).waiting.push(++added);
        } else if (one.do === "start") {
          model.started(slots.next());
        } else if (one.do === "done" && model.of(one.group).running > 0) {
          expect(slots.done(one.group, one.failed)?.released.map(({ id }) => id)).toEqual(
            model.done(one.group, one.failed, now),
          );
        } else if (one.do === "wait") {
          now += one.ms;
          endPausesAt(now);
          model.endPauses(now);
        }
        expect(slots.running).toBe(model.running);
        expect([...slots.paused].sort()).toEqual(model.paused());
        expect([...slots.full].filter((name) => slots.paused.has(name))).toEqual([]);
      }
      const left = slots.drain().map(({ id }) => id);
      expect(left.sort((a, b) => a - b)).toEqual(model.waiting());
    }),
    { numRuns: 1_000 },
  );
});

/** The rules in their plainest form. */
class Model {
  readonly #groups = new Map<string, ModelGroup>();

  constructor(readonly limits: { readonly total: number; readonly perGroup: number }) {}

  of(name: string): ModelGroup {
    const group = this.#groups.get(name) ?? new ModelGroup();
    this.#groups.set(name, group);
    return group;
  }

  get running(): number {
    return [...this.#groups.values()].reduce((sum, { running }) => sum + running, 0);
  }

  waiting(): number[] {
    return [...this.#groups.values()].flatMap(({ waiting }) => waiting).sort((a, b) => a - b);
  }

  paused(): string[] {
    return [...this.#groups].flatMap(([name, { until }]) => (until === undefined ? [] : [name])).sort();
  }

  started(work: Work | undefined): void {
    const mayStart = ({ until, probing, running }: ModelGroup) =>
      until === undefined && running < (probing ? 1 : this.limits.perGroup);
    if (!work) {
      const could = [...this.#groups.values()].some((one) => one.waiting.length > 0 && mayStart(one));
      expect(could && this.running < this.limits.total).toBe(false);
      return;
    }
    const group = this.of(work.group);
    expect(mayStart(group) && this.running < this.limits.total).toBe(true);
    expect(work.id).toBe(group.waiting.shift());
    group.running += 1;
  }

  done(name: string, failed: boolean | undefined, now: number): number[] | undefined {
    const group = this.of(name);
    group.running -= 1;
    if (failed === false)
      Object.assign(group, { failures: 0, probing: false, until: undefined, delay: 1_000 });
    if (!failed || group.until !== undefined) return undefined;
    group.failures += 1;
    if (group.failures < pause.after) return undefined;
    group.until = now + group.delay;
    group.delay = Math.min(pause.maxDelay, group.delay * 2);
    group.probing = true;
    return group.waiting.splice(0);
  }

  endPauses(now: number): void {
    for (const group of this.#groups.values())
      if (group.until !== undefined && group.until <= now) group.until = undefined;
  }
}

class ModelGroup {
  readonly waiting: number[] = [];
  running = 0;
  failures = 0;
  probing = false;
  until: number | undefined;
  delay = 1_000;
}

describe("groups that failed once and are never sent to again", () => {
  test("are forgotten in the end, those that work or pause are not", () => {
    const { slots, add, start } = setUp({ concurrency: { total: 5, perGroup: 5 }, pause });
    add("paused", "paused");
    start();
    slots.done("paused", true);
    slots.done("paused", true);
    add("working");
    start();
    for (let i = 0; i < 25_000; i++) {
      add(`once ${i}`);
      start();
      slots.done(`once ${i}`, true);
    }
    expect(slots.size).toBeLessThanOrEqual(10_001);
    expect(slots.paused).toEqual(new Set(["paused"]));
    slots.done("working", false);
    add("paused");
    expect(start()).toEqual([]);
  });
});
