import { check, same } from "../check.js";
import { type DestinationCase, throttleMs } from "./kit.js";
import type { WatchedAttempt } from "./watched.js";

/** What core says where a destination did not: none of these tells a user what the service said. */
const coreCodes: ReadonlySet<string | undefined> = new Set([
  "DEST_DELIVER_FAILED",
  "DEST_OPEN_FAILED",
  "DEST_OUTCOME_INVALID",
  "DEST_OUTCOME_MISSING",
  "DEST_TIMEOUT",
  undefined,
]);

/** One message, and each way in which an attempt can end. */
export const answers: readonly DestinationCase[] = [
  {
    name: "a message is taken once, and its record says delivered",
    async run(subject) {
      const x = await subject();
      const [id] = await x.send(0);
      const record = await x.ends("delivered", "what the service accepts is delivered");
      same([record.id, record.status, record.attempts.length], [id, "delivered", 1], "in one attempt");
      same(await x.takenCalls(), [0], "the service has it once");
    },
  },
  {
    name: "deliver leaves its batch as it is",
    async run(subject) {
      const x = await subject();
      await x.send(0);
      await x.ended("an attempt ends");
      const [{ batch, given }] = x.attempts as [WatchedAttempt];
      same(given, batch, "batch and value are not to be changed: a retry gets the same");
    },
  },
  {
    name: "a failure that passes is tried again, and then delivered",
    needs: "transient",
    async run(subject) {
      const x = await subject();
      x.answers("transient");
      await x.send(0);
      const record = await x.ends("retry", "a failure that passes is a retry, not the end");
      const { error } = record.attempts[0] ?? {};
      check(!coreCodes.has(error?.code), "its error has a code of the destination's own", error);
      same(await x.takenCalls(), [], "the service has not taken it");
      await x.advanceTo(record);
      await x.ends("delivered", "the next attempt delivers");
      same(await x.takenCalls(), [0], "the service has it once");
    },
  },
  {
    name: "a refusal for good makes a dead letter of it after one attempt",
    needs: "permanent",
    async run(subject) {
      const x = await subject();
      x.answers("permanent");
      await x.send(0);
      const { attempts, error } = await x.ends(
        "dead",
        "what can never be delivered is rejected, not tried again",
      );
      same([attempts.length, attempts[0]?.outcome], [1, "rejected"], "after one attempt");
      check(!coreCodes.has(error?.code), "its error has a code of the destination's own", error);
    },
  },
  {
    name: "a service that asks to wait is tried again exactly then",
    needs: "throttle",
    async run(subject) {
      const x = await subject();
      x.answers("throttle");
      await x.send(0);
      const record = await x.ends("retry", "a service that asks to wait is a retry");
      const contract = `afterMs is what the service asked for: ${throttleMs} ms`;
      same(record.availableAt - x.clock.now(), throttleMs, contract);
      await x.advanceTo(record);
      await x.ends("delivered", "the attempt after the wait delivers");
    },
  },
  {
    name: "no answer is DEST_TIMEOUT at the policy's timeout, and the next attempt delivers",
    needs: "silent",
    async run(subject) {
      const x = await subject();
      x.answers("silent");
      await x.send(0);
      await x.arrived(1);
      await x.clock.advance(x.timeout - 1);
      same(x.attempts[0]?.isOver, false, "deliver waits for an answer: the attempt's time limit is core's");
      await x.clock.advance(1);
      const record = await x.ends("retry", "an attempt without an answer ends with its time, as a retry");
      same(record.attempts[0]?.error?.code, "DEST_TIMEOUT", "its error is DEST_TIMEOUT");
      await x.advanceTo(record);
      await x.ends("delivered", "the next attempt delivers");
    },
  },
  {
    name: "deliver ends soon after its signal aborts",
    needs: "silent",
    async run(subject) {
      const x = await subject();
      x.answers("silent");
      await x.send(0);
      await x.arrived(1);
      await x.clock.advance(x.timeout);
      await x.until(
        "what deliver waits for is given up when context.signal aborts, and its promise settles",
        () => x.attempts[0]?.isOver === true,
      );
    },
  },
  {
    name: "delivered again, as after an answer that was lost, it is delivered or fails with a code",
    async run(subject) {
      const x = await subject();
      x.loseAnswer();
      await x.send(0);
      await x.advanceTo(await x.ends("retry", "the first answer is lost"));
      const { event, record } = await x.ended("the same batch may come again, also after it was delivered");
      const { error } = record.attempts.at(-1) ?? {};
      const contract = "a batch id that was delivered before is no reason to throw what is no DestError";
      check(event === "delivered" || !coreCodes.has(error?.code), contract, error);
    },
  },
  {
    name: "a message that comes again is taken once, or can be told by its key",
    needs: "idempotency",
    async run(subject) {
      const x = await subject();
      x.loseAnswer();
      await x.send(0);
      await x.advanceTo(await x.ends("retry", "the first answer is lost"));
      await x.ended("the same batch may come again");
      const taken = await x.taken();
      const [first] = taken;
      const isOneKey = first?.key !== undefined && taken.every(({ key }) => key === first.key);
      check(
        taken.length === 1 || isOneKey,
        "the service is told the batch id or the idempotency key, the same on every attempt",
        taken,
      );
      await x.send(1);
      await x.ends("delivered", "what the service accepts is delivered");
      const others = (await x.taken()).filter(({ call }) => call === 1);
      check(
        others.every(({ key }) => key === undefined || key !== first?.key),
        "another message has another key, or the service would take it for a repetition",
        [first, ...others],
      );
    },
  },
];
