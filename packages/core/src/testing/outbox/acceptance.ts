import { check, same } from "../check.js";
import type { OutboxCase } from "./test-outbox.js";

const message = (id: string, hash?: string) => ({
  id,
  destination: "x",
  group: "",
  bytes: 1,
  value: id,
  hash,
});

/** Laws 1 and 2, and runs that are remembered. */
export const acceptance: readonly OutboxCase[] = [
  {
    name: "1. a run's messages are in together, as they were sent",
    async run(subject) {
      const x = await subject();
      const value = {
        text: "ü😀",
        list: [1, null, true],
        bytes: new Uint8Array([0, 255]),
        nested: { deep: {} },
      };
      await x.append({ id: "a", value, bytes: 99, idempotencyKey: "k" }, "b");
      const { messages, ids } = await x.claim();
      same(ids, ["a", "b"], "append accepts all messages of the run");
      const [a, b] = messages;
      same(a?.value, value, "the value comes back as it was given, bytes as Uint8Array");
      same(
        [a?.idempotencyKey, b?.idempotencyKey],
        ["k", "b"],
        "the idempotency key is the one given, else the id",
      );
      same(a?.bytes, 99, "bytes comes back as it was given");
      same(
        [a?.acceptedAt, a?.availableAt, a?.tried],
        [x.now, x.now, 0],
        "acceptedAt is the commit's, and nothing was tried",
      );
    },
  },
  {
    name: "1. a run over several destinations reaches each, and each claims only its own",
    async run(subject) {
      const x = await subject();
      await x.append("a", { id: "b", destination: "y" });
      same((await x.claim({ destination: "y" })).ids, ["b"], "a lane gets the messages of its destination");
      same((await x.claim()).ids, ["a"], "a lane gets the messages of its destination");
      same((await x.claim({ destination: "unknown" })).ids, [], "a destination nobody sent to has nothing");
    },
  },
  {
    name: "1. a step is in the origin of the messages that carry it",
    async run(subject) {
      const x = await subject();
      await x.append({ id: "a", step: "first" }, { id: "b", step: "second" }, "c");
      const steps = await Promise.all(
        ["a", "b", "c"].map(async (id) => (await x.outbox.get(id))?.origin.step),
      );
      same(steps, ["first", "second", undefined], "origin.step is the message's step");
    },
  },
  {
    name: "2. what append resolved for is there after the process died",
    needs: "crash",
    async run(subject) {
      const x = await subject();
      await Promise.all([x.append("a", "b"), x.append("c")]);
      await x.crash();
      same((await x.claim()).ids.sort(), ["a", "b", "c"], "append resolves only when the run is durable");
    },
  },
  {
    name: "2. what append resolved for is there after a close",
    needs: "reopen",
    async run(subject) {
      const x = await subject();
      await x.append("a", { id: "later", availableAt: x.now + 500, orderKey: "k", expiresAt: x.now + 900 });
      await x.reopen();
      const { ids, nextAt } = await x.claim();
      same([ids, nextAt], [["a"], x.now + 500], "a new handle sees what is due, and when more will be");
      x.now += 500;
      const [later] = (await x.claim()).messages;
      same(
        [later?.orderKey, later?.expiresAt],
        ["k", x.now + 400],
        "options of a message are stored with it",
      );
    },
  },
  {
    name: "a remembered run adds only ordinals beyond those committed already",
    needs: "rememberedRuns",
    async run(subject) {
      const x = await subject();
      const run = { runId: "order-17", remembered: true };
      const first = await x.commit({
        ...run,
        messages: [message("order-17.0", "h0"), message("order-17.1", "h1")],
      });
      same(first?.added ?? 2, 2, "the first commit adds all");
      const again = {
        ...run,
        messages: [message("order-17.0", "h0"), message("order-17.1", "h1"), message("order-17.2", "h2")],
      };
      same(await x.commit(again), { added: 1 }, "append answers how many were new");
      same(
        (await x.claim()).ids,
        ["order-17.0", "order-17.1", "order-17.2"],
        "each ordinal is accepted once",
      );
      await x.deliver("order-17.0", "order-17.1", "order-17.2");
      same(await x.commit(again), { added: 0 }, "also after they were delivered, while records are kept");
      same(
        x.warnings.map(({ code }) => code),
        [],
        "the same payloads are nothing to warn of",
      );
    },
  },
  {
    name: "a remembered run goes on from its checkpoint",
    needs: "rememberedRuns",
    async run(subject) {
      const x = await subject();
      const run = { runId: "r", remembered: true };
      await x.commit({ ...run, messages: [message("r.0", "h")] });
      await x.commit({ ...run, firstOrdinal: 1, messages: [message("r.1", "h")] });
      same((await x.claim()).ids, ["r.0", "r.1"], "firstOrdinal says where a later part of the run begins");
    },
  },
  {
    name: "a remembered run that sends something else is warned about, and the first stays",
    needs: "rememberedRuns",
    async run(subject) {
      const x = await subject();
      await x.commit({
        runId: "r",
        remembered: true,
        messages: [{ ...message("r.0", "h"), value: "first" }],
      });
      await x.commit({
        runId: "r",
        remembered: true,
        messages: [{ ...message("r.0", "other"), value: "second" }],
      });
      const { messages } = await x.claim();
      same(
        messages.map(({ value }) => value),
        ["first"],
        "the payload committed first stays",
      );
      same(
        x.warnings.map(({ code }) => code),
        ["DEST_RUN_CHANGED"],
        "the difference is warned about",
      );
    },
  },
  {
    name: "a run without messages is accepted",
    async run(subject) {
      const x = await subject();
      await x.commit({ messages: [] });
      check((await x.claim()).ids.length === 0, "an empty run leaves nothing behind");
    },
  },
];
