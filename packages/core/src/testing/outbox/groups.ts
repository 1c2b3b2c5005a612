import { check, same } from "../check.js";
import type { OutboxCase } from "./test-outbox.js";

const inGroup = (id: string) => ({ id, group: id.slice(0, 1) });

/** What a claim takes of which group. */
export const groups: readonly OutboxCase[] = [
  {
    name: "claim takes at most perGroup of one group, and gives every group its turn",
    async run(subject) {
      const x = await subject();
      await x.append(...["a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1"].map(inGroup));
      same(
        (await x.claim({ perGroup: 2 })).ids.sort(),
        ["a1", "a2", "b1", "b2", "c1"],
        "perGroup bounds each group",
      );
      same(
        (await x.claim({ perGroup: 2 })).ids.sort(),
        ["a3", "a4", "b3"],
        "the rest comes with the next claim",
      );
    },
  },
  {
    name: "claim starts nothing of full groups, and takes nothing of paused ones",
    async run(subject) {
      const x = await subject();
      await x.append(...["a1", "b1", "c1"].map(inGroup));
      const blocked = { full: new Set(["b"]), paused: new Set(["c"]) };
      same((await x.claim(blocked)).ids, ["a1"], "only groups that can start");
      same((await x.claim({ ...blocked, reopened: [] })).ids, [], "as long as they are blocked");
      same(
        (await x.claim({ paused: new Set(["c"]), reopened: ["b"] })).ids,
        ["b1"],
        "a group that is reopened is asked again",
      );
      same((await x.claim()).ids, ["c1"], "without reopened, every group is");
    },
  },
  {
    name: "claim gathers messages for batches from full groups, not from paused ones",
    async run(subject) {
      const x = await subject();
      await x.append({ ...inGroup("a1"), batchKey: "" }, { ...inGroup("b1"), batchKey: "" });
      same(
        (await x.claim({ full: new Set(["a"]), paused: new Set(["b"]) })).ids,
        ["a1"],
        "gathering is not starting",
      );
    },
  },
  {
    name: "claim keeps to its budget of messages",
    async run(subject) {
      const x = await subject();
      await x.append(...["a1", "a2", "b1", "b2"].map(inGroup));
      const seen: string[] = [];
      for (let i = 0; i < 4; i++) {
        const { ids } = await x.claim({ messages: 1 });
        same(ids.length, 1, "no more than asked for, and no less where there is more");
        seen.push(...ids);
      }
      same(seen.sort(), ["a1", "a2", "b1", "b2"], "everything comes in the end");
    },
  },
  {
    name: "a claim among ten thousand blocked groups does not ask for each of them again",
    async run(subject) {
      const x = await subject();
      const names = Array.from({ length: 10_000 }, (_, i) => `g${i}`);
      await x.append(...names.map((group) => ({ id: `${group}.0`, group })), { id: "open.0", group: "open" });
      const paused = new Counting(names);
      same(
        (await x.claim({ paused, messages: 10, reopened: [] })).ids,
        ["open.0"],
        "the open group is found",
      );
      paused.asked = 0;
      await x.append({ id: "open.1", group: "open" });
      same((await x.claim({ paused, messages: 10, reopened: [] })).ids, ["open.1"], "and found again");
      check(paused.asked < 100, "blocked groups cost a claim nothing until they are reopened", {
        asked: paused.asked,
      });
    },
  },
];

class Counting extends Set<string> {
  asked = 0;
  override has(name: string): boolean {
    this.asked += 1;
    return super.has(name);
  }
}
