import { DestError } from "../../errors.js";
import { check, codeOf, same } from "../check.js";
import { asyncWorkOf } from "./async-work.js";
import type { DestinationCase } from "./kit.js";
import { changedBy, frozen, kept, overwrite, stored } from "./stored.js";

const keys = ["sizeOf", "groupKey", "batchKey", "orderKey"] as const;

/** What `prepare` makes of a call, and what is read of it before it is sent. */
export const prepared: readonly DestinationCase[] = [
  {
    name: "prepare is synchronous and does no I/O",
    async run(subject) {
      const x = await subject();
      let value: unknown;
      const work = await asyncWorkOf(() => {
        value = x.destination.prepare(...x.call(0));
      });
      const { then } = Object(value) as { then?: unknown };
      check(typeof then !== "function", "prepare returns the value, not a promise of it", value);
      same(work, [], "prepare starts nothing: no timer, file or connection");
      same(x.arrivals, 0, "prepare does not reach the service");
    },
  },
  {
    name: "prepare leaves its arguments as they are",
    async run(subject) {
      const x = await subject();
      const args = x.call(0);
      x.destination.prepare(...args);
      same(args, x.call(0), "the arguments are the caller's: prepare changes nothing in them");
      const refusal = await codeOf(() => x.destination.prepare(...frozen(x.call(0))));
      same(refusal, "no error", "frozen arguments are prepared like others");
    },
  },
  {
    name: "prepare makes the same of the same arguments",
    async run(subject) {
      const x = await subject();
      const [first, second] = [0, 0].map((number) => kept(x.destination.prepare(...x.call(number))));
      same(second, first, "prepare is pure: no clock, no chance, no counter");
    },
  },
  {
    name: "what the caller changes after the call is not in what is delivered",
    async run(subject) {
      const x = await subject();
      await x.dest.run(($) => {
        const args = x.call(0);
        $.send.it(...args);
        overwrite(args);
      });
      const contract = "deliver uses the value it is given, not the arguments of the call";
      await x.ends("delivered", contract);
      same(await x.takenCalls(), [0], contract);
    },
  },
  {
    name: "what prepare returns survives serialization",
    async run(subject) {
      const x = await subject();
      const value: unknown = x.destination.prepare(...x.call(0));
      const changed = changedBy(value, kept(value));
      same(changed, [], "prepare returns only what JSON can say, and Uint8Array; these come back otherwise");
    },
  },
  {
    name: "sizeOf, groupKey, batchKey and orderKey say the same each time, also of a stored value",
    async run(subject) {
      const x = await subject();
      const { destination } = x;
      const value = kept(destination.prepare(...x.call(0)));
      const before = stored(value);
      for (const key of keys) {
        if (!destination[key]) continue;
        const answer: unknown = destination[key](value);
        if (key === "sizeOf") {
          const isSize = typeof answer === "number" && Number.isFinite(answer) && answer >= 0;
          check(isSize, "sizeOf is a number of bytes", answer);
        } else {
          const isKey = typeof answer === "string" || (key === "orderKey" && answer === undefined);
          check(isKey, `${key} is a text${key === "orderKey" ? " or undefined" : ""}`, answer);
        }
        same(destination[key](value), answer, `${key} is pure: the same value, the same answer`);
        same(value, before, `${key} leaves the value as it is`);
      }
    },
  },
  {
    name: "an invalid call is refused with DEST_INVALID_PAYLOAD, and the path is named",
    needs: "invalid",
    async run(subject, kit) {
      const { destination } = await subject();
      for (const { args, path } of kit.invalid ?? []) {
        const seen = thrownBy(() => destination.prepare(...args));
        check(DestError.is(seen), `prepare throws invalid(${JSON.stringify(path)}, value)`, seen);
        same(seen.code, "DEST_INVALID_PAYLOAD", "the error is made by invalid(path, value)");
        check(seen.message.includes(path), `the error names ${path}`, seen.message);
      }
    },
  },
  {
    name: "a key it does not read is refused, where accepts names those it reads",
    async run(subject) {
      const x = await subject();
      if (!x.destination.accepts) return;
      const [first, ...rest] = x.call(0);
      same(await codeOf(() => x.sendArgs(x.call(0))), "no error", "accepts names every key of a valid call");
      const extra = { ...(first as object), unheardOf: 1 };
      const contract = "accepts names the keys that are read, so that a misspelt one is refused";
      same(await codeOf(() => x.sendArgs([extra, ...rest])), "DEST_INVALID_PAYLOAD", contract);
    },
  },
];

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return "no error";
}
