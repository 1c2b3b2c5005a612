import { check, same } from "../check.js";
import { asyncWorkOf } from "./async-work.js";
import type { DestinationCase } from "./kit.js";

const optional = ["sizeOf", "groupKey", "batchKey", "orderKey", "open", "probe", "close"] as const;

export const shape: readonly DestinationCase[] = [
  {
    name: "it says what it is, and has what core calls",
    async run(subject) {
      const { destination } = await subject();
      check(
        typeof destination.kind === "string" && destination.kind !== "",
        'kind is a text, as in "acme/slack"',
        destination.kind,
      );
      same(destination.apiVersion, 1, "apiVersion is 1");
      for (const name of ["prepare", "deliver"] as const)
        same(typeof destination[name], "function", `${name} is a function`);
      for (const name of optional) {
        const member: unknown = destination[name];
        check(
          member === undefined || typeof member === "function",
          `${name} is a function or absent`,
          member,
        );
      }
      const { accepts = [] } = destination;
      check(
        Array.isArray(accepts) && accepts.every((key) => typeof key === "string"),
        "accepts is a list of keys, or absent",
        accepts,
      );
    },
  },
  {
    name: "the factory does no I/O: that begins in open",
    async run(subject, kit) {
      const { service } = await subject();
      same(
        await asyncWorkOf(() => kit.create(service)),
        [],
        "making a destination starts nothing: no timer, file or connection",
      );
    },
  },
];
