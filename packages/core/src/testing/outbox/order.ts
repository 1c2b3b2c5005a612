import { same } from "../check.js";
import type { OutboxCase } from "./test-outbox.js";

/** Law 4. */
export const order: readonly OutboxCase[] = [
  {
    name: "4. first attempts come in commit order, then call order",
    async run(subject) {
      const x = await subject();
      await x.append("a", "b");
      await x.append("c");
      await x.append("d", "e");
      same((await x.claim({ messages: 3 })).ids, ["a", "b", "c"], "in the order of the commits");
      same((await x.claim()).ids, ["d", "e"], "and on from there");
    },
  },
  {
    name: "4. a message that is delayed is due at its time, and not before",
    async run(subject) {
      const x = await subject();
      await x.append({ id: "later", availableAt: x.now + 100 }, "now");
      const first = await x.claim();
      same([first.ids, first.nextAt], [["now"], x.now + 100], "nextAt is when the delayed message is due");
      same((await x.claim({ now: x.now + 100 })).ids, ["later"], "it is due exactly then");
    },
  },
  {
    name: "4. of one order key one message is out at a time",
    async run(subject) {
      const x = await subject();
      await x.append(...["k1", "k2", "k3"].map((id) => ({ id, orderKey: "k" })), "free");
      same((await x.claim()).ids, ["k1", "free"], "the second of a key waits for the first");
      await x.deliver("k1");
      same((await x.claim()).ids, ["k2"], "a delivered message lets the next go");
      await x.kill("k2");
      same((await x.claim()).ids, ["k3"], "so does a dead one");
    },
  },
  {
    name: "4. a failing key parks only itself, and its message stays first",
    async run(subject) {
      const x = await subject();
      await x.append(
        ...["k1", "k2"].map((id) => ({ id, orderKey: "k" })),
        { id: "l1", orderKey: "l" },
        "free",
      );
      same((await x.claim()).ids, ["k1", "l1", "free"], "keys do not wait for each other");
      await x.retry("k1", 100);
      same((await x.claim()).ids, [], "while the first of a key waits for its retry, so does the second");
      same((await x.claim({ now: x.now + 100 })).ids, ["k1"], "the retry comes first");
    },
  },
  {
    name: "4. a delayed message holds up its key",
    async run(subject) {
      const x = await subject();
      await x.append({ id: "k1", orderKey: "k", availableAt: x.now + 100 }, { id: "k2", orderKey: "k" });
      same((await x.claim()).ids, [], "order within a key is the order of the calls, whatever their delay");
      same((await x.claim({ now: x.now + 100 })).ids, ["k1"], "the delayed one goes first");
    },
  },
  {
    name: "4. an order key is scoped to destination, group and batch key",
    async run(subject) {
      const x = await subject();
      await x.append(
        { id: "a", orderKey: "k", group: "g1" },
        { id: "b", orderKey: "k", group: "g2" },
        { id: "c", orderKey: "k", group: "g1", batchKey: "p" },
        { id: "d", orderKey: "k", group: "g1", batchKey: "q" },
      );
      same((await x.claim()).ids.sort(), ["a", "b", "c", "d"], "the same key elsewhere is another key");
    },
  },
  {
    name: "4. a released message of a key goes before those behind it",
    async run(subject) {
      const x = await subject();
      await x.append(...["k1", "k2"].map((id) => ({ id, orderKey: "k" })));
      await x.claim();
      await x.settle({ to: "release", ids: ["k1"] });
      same((await x.claim()).ids, ["k1"], "the key's order does not change");
    },
  },
  {
    name: "4. an order key is kept over the end of the process",
    needs: "crash",
    async run(subject) {
      const x = await subject();
      await x.append(...["k1", "k2"].map((id) => ({ id, orderKey: "k" })));
      await x.claim();
      await x.retry("k1", 100);
      await x.crash();
      same((await x.claim()).ids, [], "the second still waits for the first");
      x.now += 100;
      same((await x.claim()).ids, ["k1"], "which comes at its time");
    },
  },
  {
    name: "4. a replay goes to the tail of its key",
    async run(subject) {
      const x = await subject();
      await x.append(...["k1", "k2", "k3"].map((id) => ({ id, orderKey: "k" })));
      await x.claim();
      await x.kill("k1");
      await x.outbox.replay({ ids: ["k1"] });
      const seen: string[] = [];
      for (let i = 0; i < 3; i++) {
        const { ids } = await x.claim();
        seen.push(...ids);
        await x.deliver(...ids);
      }
      same(seen, ["k2", "k3", "k1"], "replayed messages are behind what waits already");
    },
  },
];
