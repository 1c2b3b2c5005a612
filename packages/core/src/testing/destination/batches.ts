import { same } from "../check.js";
import type { DestinationCase } from "./kit.js";
import type { WatchedAttempt } from "./watched.js";

const together = [0, 1, 2];

/** Several messages, and an outcome for each. */
export const batches: readonly DestinationCase[] = [
  {
    name: "messages sent together are each taken once",
    async run(subject) {
      const x = await subject();
      const ids = await x.send(...together);
      const delivered: string[] = [];
      for (const _ of together)
        delivered.push((await x.ends("delivered", "every message of a batch has an outcome")).id);
      same(delivered.sort(), ids.sort(), "each is delivered");
      same((await x.takenCalls()).sort(), together, "the service has each once");
      for (const attempt of x.attempts) checkIds(attempt);
    },
  },
  {
    name: "of a batch that is taken in part, each message has its own outcome",
    needs: "partial",
    async run(subject) {
      const x = await subject();
      x.answers("partial");
      const ids = await x.send(...together);
      const events = new Map<string, string>();
      for (const _ of together) {
        const { event, record } = await x.ended("every message of a batch has an outcome");
        events.set(record.id, event);
      }
      const contract = "messages of one call share a batch, or partial says nothing";
      same(x.attempts[0]?.batch.messages.length, together.length, contract);
      const expected = ["delivered", "delivered", "dead"];
      same(
        ids.map((id) => events.get(id)),
        expected,
        "a map tells by message id: what was taken is delivered, what was refused for good is rejected",
      );
      same(await x.takenCalls(), [0, 1], "the service has each once");
      for (const attempt of x.attempts) checkIds(attempt);
    },
  },
];

function checkIds({ batch, answer }: WatchedAttempt): void {
  if (!(answer instanceof Map)) return;
  const ids = batch.messages.map(({ id }) => id);
  same([...answer.keys()].sort(), ids.sort(), "a map of outcomes has the ids of the batch, and no others");
}
