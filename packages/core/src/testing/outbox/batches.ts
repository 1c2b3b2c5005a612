import { codeOf, same } from "../check.js";
import { delivered, failed, type Subject } from "./subject.js";
import type { OutboxCase } from "./test-outbox.js";

async function sealed(x: Subject): Promise<void> {
  await x.append(...["a", "b", "c"].map((id) => ({ id, batchKey: "k" })));
  const { messages } = await x.claim();
  await x.seal("B", messages);
}

const shape = (x: Awaited<ReturnType<Subject["claim"]>>) =>
  x.batches.map(({ id, sealedAt, tried, messages }) => ({
    id,
    sealedAt,
    tried,
    ids: messages.map((message) => message.id),
  }));

/** Law 5, and what law 6 says of interrupted attempts. */
export const batches: readonly OutboxCase[] = [
  {
    name: "5. a sealed batch waits to be claimed, with its members in order",
    async run(subject) {
      const x = await subject();
      await sealed(x);
      const sealedAt = x.now;
      const first = await x.claim({ batches: 0 });
      same(
        [first.ids, first.batches],
        [[], []],
        "its members are not claimed one by one, and batches have a budget of their own",
      );
      const claimed = await x.claim();
      same(
        shape(claimed),
        [{ id: "B", sealedAt, tried: 0, ids: ["a", "b", "c"] }],
        "the batch is as it was sealed",
      );
      same((await x.claim()).batches, [], "and is handed out once");
    },
  },
  {
    name: "5. a batch is kept over a retry of the whole, and nothing joins it",
    async run(subject) {
      const x = await subject();
      await sealed(x);
      const sealedAt = x.now;
      await x.claim();
      const retry = {
        ids: ["a", "b", "c"],
        batchId: "B",
        attempt: failed,
        availableAt: x.now + 100,
        progress: { done: 1 },
      };
      await x.settle({ to: "retry", ...retry, batch: "keep" });
      await x.append({ id: "d", batchKey: "k" });
      const early = await x.claim();
      same(
        [early.ids, early.batches, early.nextAt],
        [["d"], [], x.now + 100],
        "it waits for its time; new messages gather apart",
      );
      x.now += 100;
      const again = await x.claim();
      same(
        shape(again),
        [{ id: "B", sealedAt, tried: 1, ids: ["a", "b", "c"] }],
        "id, members, order and sealedAt are the same",
      );
      same(
        [again.batches[0]?.progress, again.batches[0]?.firstTriedAt],
        [{ done: 1 }, failed.startedAt],
        "progress comes back",
      );
    },
  },
  {
    name: "5. a sealed batch outlives the process: before its first attempt, and while it waits for a retry",
    needs: "crash",
    async run(subject) {
      const x = await subject();
      await sealed(x);
      const sealedAt = x.now;
      await x.crash();
      same(
        shape(await x.claim()),
        [{ id: "B", sealedAt, tried: 0, ids: ["a", "b", "c"] }],
        "seal resolves only when it is durable",
      );
      const retry = { ids: ["a", "b", "c"], batchId: "B", attempt: failed, availableAt: x.now + 100 };
      await x.settle({ to: "retry", ...retry, batch: "keep" });
      await x.crash();
      x.now += 100;
      same(
        shape(await x.claim()),
        [{ id: "B", sealedAt, tried: 1, ids: ["a", "b", "c"] }],
        "and so does a kept batch",
      );
    },
  },
  {
    name: "5. outcomes of their own dissolve a batch: who retries joins others",
    async run(subject) {
      const x = await subject();
      await sealed(x);
      await x.claim();
      await x.settle(
        { to: "retry", ids: ["a"], batchId: "B", attempt: failed, availableAt: x.now, batch: "dissolve" },
        { to: "delivered", ids: ["b"], batchId: "B", attempt: delivered, receipt: { n: 1 } },
        { to: "dead", ids: ["c"], batchId: "B", attempt: failed },
      );
      const { ids, batches: left } = await x.claim();
      same([ids, left], [["a"], []], "the batch is over, its retrying members are on their own");
      same(await x.statuses("b", "c"), ["delivered", "dead"], "each member has its own outcome");
      same((await x.outbox.get("b"))?.receipt, { n: 1 }, "and receipt");
    },
  },
  {
    name: "5. a batch that is released is as it was, and was not tried",
    async run(subject) {
      const x = await subject();
      await sealed(x);
      const sealedAt = x.now;
      await x.claim();
      await x.settle({ to: "release", ids: ["a", "b", "c"], batchId: "B" });
      same(
        shape(await x.claim()),
        [{ id: "B", sealedAt, tried: 0, ids: ["a", "b", "c"] }],
        "a release is no attempt",
      );
    },
  },
  {
    name: "5. only messages that this handle holds can be sealed",
    async run(subject) {
      const x = await subject();
      await x.append({ id: "a", batchKey: "k" });
      const { messages } = await x.claim();
      await x.settle({ to: "release", ids: ["a"] });
      const refused = await codeOf(() => x.seal("B", messages));
      same(refused, "DEST_OUTBOX_LEASE_LOST", "sealing a message that is not held is refused");
      same((await x.claim()).ids, ["a"], "and changes nothing");
    },
  },
  {
    name: "4. a batch may hold a run of one order key; while it is sealed the rest of the key waits",
    async run(subject) {
      const x = await subject();
      await x.append(...["k1", "k2", "k3"].map((id) => ({ id, orderKey: "k", batchKey: "" })));
      const { messages, ids } = await x.claim();
      same(ids, ["k1", "k2", "k3"], "messages of a key can be gathered one behind the other");
      await x.seal("B", messages.slice(0, 2));
      await x.settle({ to: "release", ids: ["k3"] });
      await x.append({ id: "k4", orderKey: "k", batchKey: "" });
      const started = await x.claim();
      same([started.ids, started.batches.length], [[], 1], "nothing more of the key while its batch is out");
      await x.settle({ to: "delivered", ids: ["k1", "k2"], batchId: "B", attempt: delivered });
      same((await x.claim()).ids, ["k3", "k4"], "then it goes on in order");
    },
  },
  {
    name: "4. a dissolved batch lets its order key go on with the message that retries",
    async run(subject) {
      const x = await subject();
      await x.append(...["k1", "k2", "k3"].map((id) => ({ id, orderKey: "k", batchKey: "" })));
      const { messages } = await x.claim({ messages: 2 });
      await x.seal("B", messages);
      await x.claim({ messages: 0 });
      const part = { batchId: "B", attempt: failed, availableAt: x.now + 100, batch: "dissolve" } as const;
      await x.settle(
        { to: "retry", ids: ["k1"], ...part },
        { to: "delivered", ids: ["k2"], batchId: "B", attempt: delivered },
      );
      same((await x.claim()).ids, [], "the third waits for the first");
      same((await x.claim({ now: x.now + 100 })).ids, ["k1", "k3"], "and is gathered behind it");
    },
  },
  {
    name: "6. an attempt that the end of the process interrupted counts; after three the batch is dead",
    needs: "crash",
    async run(subject) {
      const x = await subject();
      await sealed(x);
      for (let crash = 0; crash < 3; crash++) {
        same(
          shape(await x.claim()).map(({ ids }) => ids),
          [["a", "b", "c"]],
          "an interrupted batch comes back as it was",
        );
        await x.crash();
      }
      same((await x.claim()).batches, [], "a batch that kills the process must not kill it forever");
      const record = await x.outbox.get("a");
      same([record?.status, record?.error?.code], ["dead", "DEST_INTERRUPTED"], "it is dead, and says why");
      same(
        record?.attempts.map(({ outcome }) => outcome),
        Array(3).fill("interrupted"),
        "each interruption is in the record",
      );
      same(
        x.warnings.map(({ code }) => code),
        ["DEST_INTERRUPTED"],
        "nobody else is there to hear of it: it is warned about",
      );
    },
  },
  {
    name: "6. a batch that was only sealed is innocent of the end of the process",
    needs: "crash",
    async run(subject) {
      const x = await subject();
      await sealed(x);
      const sealedAt = x.now;
      for (let crash = 0; crash < 4; crash++) await x.crash();
      same(
        shape(await x.claim()),
        [{ id: "B", sealedAt, tried: 0, ids: ["a", "b", "c"] }],
        "it was never tried",
      );
    },
  },
];
