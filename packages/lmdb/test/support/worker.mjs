// Runs the built packages. Messages from its parent: open, send, close.
import { createDest, defineDestination } from "@dest/core";
import { lmdb } from "../../dist/index.js";

const [, , path] = process.argv;
const there = defineDestination(() => ({
  kind: "test/there",
  apiVersion: 1,
  prepare: (value) => value,
  async deliver({ messages }) {
    for (const { value } of messages) process.send({ delivered: value.name });
    return { status: "delivered" };
  },
}));

let dest;
const does = {
  async open() {
    dest = createDest({ destinations: { there: there() }, outbox: lmdb({ path }) });
    await dest.messages.stats();
  },
  async send(names) {
    await dest.run(async ($) => {
      for (const name of names) $.send.there({ name });
    });
  },
  close: () => dest.close({ timeout: 5_000 }),
};

process.on("message", async ({ call, does: what, what: given }) => {
  const answer = await does[what](given).catch((error) => ({ error: error.code ?? String(error) }));
  process.send({ reply: call, answer });
});
process.on("disconnect", () => process.exit());
