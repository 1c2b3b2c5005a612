import { same } from "../check.js";
import { delivered, failed } from "./subject.js";
import type { OutboxCase } from "./test-outbox.js";

/** Laws 3 and 6. */
export const leases: readonly OutboxCase[] = [
  {
    name: "3. a message is handed out once",
    async run(subject) {
      const x = await subject();
      await x.append("a", "b", "c");
      const [one, two] = await Promise.all([x.claim({ messages: 2 }), x.claim({ messages: 2 })]);
      same([...one.ids, ...two.ids].sort(), ["a", "b", "c"], "two claims never hold the same message");
      same((await x.claim()).ids, [], "what is held is not handed out again");
    },
  },
  {
    name: "3. settling what is not held changes nothing",
    async run(subject) {
      const x = await subject();
      await x.append("a");
      await x.deliver("a", "unknown");
      same(await x.statuses("a"), ["pending"], "a message that nobody claimed cannot be settled");
      same((await x.claim()).ids, ["a"], "and is still claimable");
    },
  },
  {
    name: "3. a lease ends with its process, and the message can be claimed again",
    needs: "crash",
    async run(subject) {
      const x = await subject();
      await x.append("a", "b");
      await x.claim({ messages: 1 });
      await x.crash();
      same((await x.claim()).ids, ["a", "b"], "what a dead process held comes back in its place");
    },
  },
  {
    name: "6. settling twice is harmless",
    async run(subject) {
      const x = await subject();
      await x.append("a", "b");
      await x.claim();
      await x.deliver("a");
      await x.deliver("a");
      await x.kill("a");
      await x.settle({ to: "retry", ids: ["a"], attempt: failed, availableAt: x.now, batch: "keep" });
      await x.settle({ to: "release", ids: ["a"] });
      const record = await x.outbox.get("a");
      same([record?.status, record?.attempts], ["delivered", [delivered]], "the first settlement stays");
      same((await x.claim()).ids, [], "a settled message is never claimed again");
      same((await x.outbox.stats()).get("x")?.delivered, 1, "and is counted once");
    },
  },
  {
    name: "6. a retry waits in the outbox for its time",
    async run(subject) {
      const x = await subject();
      await x.append("a");
      await x.claim();
      await x.retry("a", 5_000);
      const early = await x.claim({ now: x.now + 4_999 });
      same([early.ids, early.nextAt], [[], x.now + 5_000], "nextAt says when the next message is due");
      const [a] = (await x.claim({ now: x.now + 5_000 })).messages;
      same(
        [a?.id, a?.tried, a?.firstTriedAt],
        ["a", 1, failed.startedAt],
        "its attempts are counted, from the first",
      );
      same(await x.statuses("a"), ["delivering"], "a message under way is delivering");
    },
  },
  {
    name: "6. a retry keeps its time over a restart",
    needs: "reopen",
    async run(subject) {
      const x = await subject();
      await x.append("a");
      await x.claim();
      await x.settle({
        to: "retry",
        ids: ["a"],
        attempt: failed,
        availableAt: x.now + 5_000,
        progress: [1],
        batch: "keep",
      });
      await x.reopen();
      same((await x.claim()).ids, [], "availableAt is stored");
      x.now += 5_000;
      const [a] = (await x.claim()).messages;
      same(
        [a?.tried, a?.firstTriedAt, a?.progress],
        [1, failed.startedAt, [1]],
        "attempts and progress are stored",
      );
    },
  },
  {
    name: "a released message costs no attempt, keeps its place in line, and wakes nobody",
    async run(subject) {
      const x = await subject();
      await x.append("a", "b", "c");
      await x.claim({ messages: 2 });
      const before = x.woken;
      await x.settle({ to: "release", ids: ["b"] }, { to: "release", ids: ["a"] });
      same(x.woken, before, "release must not wake the lane: it released because it could not start");
      const { ids, messages } = await x.claim();
      same(ids, ["a", "b", "c"], "a released message is where it was in line");
      same(messages[0]?.tried, 0, "a release is no attempt");
    },
  },
];
