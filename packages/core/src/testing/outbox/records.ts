import { check, same } from "../check.js";
import { delivered, failed } from "./subject.js";
import type { OutboxCase } from "./test-outbox.js";

/** Law 7, records, counts, retention. */
export const records: readonly OutboxCase[] = [
  {
    name: "7. dead letters are kept, listed and replayable, with a new life",
    async run(subject) {
      const x = await subject({ records: 0, maxAge: 0 });
      await x.append("a", "b", "c");
      await x.claim();
      const error = { code: "DEST_TEST", message: "no" };
      await x.settle({ to: "dead", ids: ["a"], attempt: failed, error });
      await x.kill("b", "c");
      x.now += 100 * 86_400_000;
      await x.append("d");
      const dead = await x.outbox.list({ status: "dead" });
      same(
        dead.items.map(({ id }) => id),
        ["a", "b", "c"],
        "dead letters outlive every retention",
      );
      same(dead.items[0]?.error, error, "and say why they are dead");
      const one = await x.outbox.replay({ ids: ["b", "d", "unknown"] });
      same(one, [{ id: "b", destination: "x" }], "replay takes dead letters only, and answers which");
      same(
        (await x.outbox.replay({ status: "dead", destination: "y" })).length,
        0,
        "of the destination that is named",
      );
      same((await x.outbox.replay({ status: "dead" })).length, 2, "or all");
      const { ids, messages } = await x.claim();
      same(ids[0], "d", "a replay goes to the tail");
      const revived = messages.find(({ id }) => id === "b");
      same(
        [revived?.tried, revived?.firstTriedAt, revived?.attempts.length],
        [0, undefined, 1],
        "its count begins anew, its history stays",
      );
    },
  },
  {
    name: "a record tells the state of its message at every point",
    async run(subject) {
      const x = await subject();
      await x.append({ id: "a", group: "g" });
      const accepted = await x.outbox.get("a");
      same(
        accepted && { ...accepted, origin: undefined },
        {
          id: "a",
          destination: "x",
          group: "g",
          status: "pending",
          origin: undefined,
          acceptedAt: x.now,
          availableAt: x.now,
          attempts: [],
        },
        "a pending record has these fields and no others",
      );
      await x.claim();
      same(await x.statuses("a"), ["delivering"], "claimed is delivering");
      await x.retry("a", 100);
      const retrying = await x.outbox.get("a");
      same(
        [retrying?.status, retrying?.availableAt, retrying?.attempts],
        ["retrying", x.now + 100, [failed]],
        "a retry says when",
      );
      await x.claim({ now: x.now + 100 });
      await x.settle({ to: "delivered", ids: ["a"], attempt: delivered, receipt: { status: 200 } });
      const end = await x.outbox.get("a");
      same(
        [end?.status, end?.receipt, end?.attempts],
        ["delivered", { status: 200 }, [failed, delivered]],
        "the end has receipt and history",
      );
      check(!JSON.stringify(end).includes('"value"'), "a record never holds the payload", end);
      same(await x.outbox.get("unknown"), undefined, "an unknown id has no record");
    },
  },
  {
    name: "list filters, pages in commit order, and shows each record once while others are settled",
    async run(subject) {
      const x = await subject();
      const names = Array.from({ length: 25 }, (_, i) => `m${String(i).padStart(2, "0")}`);
      await x.append(...names, { id: "y", destination: "y" });
      await x.claim({ messages: 10 });
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await x.outbox.list({ destination: "x", limit: 7, cursor });
        check(page.items.length <= 7, "a page has at most limit records", page.items.length);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.cursor;
        await x.deliver(names[seen.length % 10] as string);
      } while (cursor !== undefined);
      same(seen, names, "every record once, the oldest first");
      same((await x.outbox.list({ status: "pending", destination: "y" })).items.length, 1, "filters combine");
    },
  },
  {
    name: "list finds the records of a workflow",
    async run(subject) {
      const x = await subject();
      const message = { id: "r.0", destination: "x", group: "", bytes: 1, value: 1 };
      await x.commit({ runId: "r", origin: { runId: "r", workflow: "w", depth: 0 }, messages: [message] });
      await x.append("other");
      same(
        (await x.outbox.list({ workflow: "w" })).items.map(({ id }) => id),
        ["r.0"],
        "by the origin's workflow",
      );
    },
  },
  {
    name: "stats count every message once, and bytes of what is not settled",
    async run(subject) {
      const x = await subject();
      await x.append(...["a", "b", "c", "d", "e"].map((id) => ({ id, bytes: 10 })));
      await x.claim({ messages: 4 });
      await x.deliver("a");
      await x.kill("b");
      await x.retry("c", 100);
      const expected = { pending: 1, delivering: 1, retrying: 1, delivered: 1, dead: 1, bytes: 30 };
      same({ ...(await x.outbox.stats()).get("x") }, expected, "stats of the destination");
    },
  },
  {
    name: "waiting counts what is accepted, not settled, and due in time",
    async run(subject) {
      const x = await subject();
      await x.append("a", "b", "c", { id: "later", availableAt: x.now + 5_000 });
      await x.claim({ messages: 2 });
      await x.deliver("a");
      await x.retry("b", 9_000);
      same((await x.outbox.waiting(x.now + 1_000)).messages, 1, "one is due within a second");
      same((await x.outbox.waiting(x.now + 5_000)).messages, 2, "the delayed one within five");
      const { messages, through } = await x.outbox.waiting(x.now + 9_000);
      same(messages, 3, "the retry within nine");
      await x.append("new");
      const { messages: claimed } = await x.claim();
      const late = claimed.find(({ id }) => id === "new");
      check(
        (late?.seq ?? 0) > through,
        "through is the last seq given out so far: what comes later is beyond it",
        { through, seq: late?.seq },
      );
    },
  },
  {
    name: "delivered records are kept by number and age",
    async run(subject) {
      const x = await subject({ records: 2, maxAge: 1_000_000 });
      await x.append("a", "b", "c");
      await x.claim();
      for (const id of ["a", "b", "c"]) await x.deliver(id);
      await x.append("d");
      const { items } = await x.outbox.list({ status: "delivered" });
      same(
        items.map(({ id }) => id),
        ["b", "c"],
        "the oldest delivered records go first",
      );
      same(
        (await x.outbox.stats()).get("x")?.delivered,
        3,
        "the count of what was delivered does not go back",
      );
    },
  },
];
