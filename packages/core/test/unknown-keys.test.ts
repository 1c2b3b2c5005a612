import { describe, expect, test } from "vitest";
import { createDest } from "../src/index.js";
import { register } from "../src/registry.js";
import { recordingDestination } from "../src/testing/index.js";
import { meant, refuseUnknownOptions, unknownKey, unknownKeysOf, without } from "../src/unknown-keys.js";
import { thrownBy } from "./thrown-by.js";

const known = ["method", "url", "data", "headers", "params", "auth"];

function registered(accepts?: readonly string[]) {
  const registry = register({ audit: recordingDestination({ accepts }) });
  return registry.get("audit") as NonNullable<ReturnType<typeof registry.get>>;
}

describe("a key that the destination does not read", () => {
  test("is found, in the order of the argument", () => {
    const given = { url: "u", timeout: 5, data: 1, body: 2 };
    expect(unknownKeysOf(registered(known), given)).toEqual(["timeout", "body"]);
    expect(unknownKeysOf(registered(known), { url: "u" })).toBeUndefined();
  });

  test("does not count where its value is undefined, nor where it is inherited", () => {
    const given = Object.assign(Object.create({ inherited: 1 }), { url: "u", text: undefined });
    expect(unknownKeysOf(registered(known), given)).toBeUndefined();
  });

  test("is none of an argument that is no object, nor of a destination that takes any key", () => {
    for (const argument of [undefined, null, "text", 5, () => 1]) {
      expect(unknownKeysOf(registered(known), argument)).toBeUndefined();
    }
    expect(unknownKeysOf(registered(), { anything: 1 })).toBeUndefined();
  });

  test("can be left out, without changing what was given", () => {
    const given = { url: "u", timeout: 5 };
    expect(without(given, ["timeout"])).toEqual({ url: "u" });
    expect(given).toEqual({ url: "u", timeout: 5 });
  });

  test("is named with the registered name of the destination", () => {
    const error = unknownKey(registered(["url", "data"]), "ulr", "DEST_INVALID_PAYLOAD");
    expect(error.code).toBe("DEST_INVALID_PAYLOAD");
    expect(error.retryable).toBe(false);
    expect(error.message).toBe("$.send.audit: unknown key ulr (did you mean url?); known are url, data");
  });
});

describe("the nearest known key is suggested", () => {
  test.each([
    ["ulr", "url"],
    ["URL", "url"],
    ["heders", "headers"],
    ["header", "headers"],
    ["haeders", "headers"],
    ["methdo", "method"],
    ["date", "data"],
    ["authentication", undefined],
    ["body", undefined],
    ["timeout", undefined],
    ["x", undefined],
    ["id", undefined],
  ])("%s → %s", (given, suggested) => {
    const hint = suggested === undefined ? "" : ` (did you mean ${suggested}?)`;
    expect(meant(given, [...known, "to"])).toBe(`${given}${hint}; known are ${known.join(", ")}, to`);
  });

  test("of two that are near, the nearer", () => {
    expect(meant("dates", ["data", "date"])).toContain("did you mean date?");
    expect(meant("dates", ["date", "data"])).toContain("did you mean date?");
  });

  test("where none is known, it says so", () => {
    expect(meant("slack", [])).toBe("slack; known are none");
  });
});

test("an unknown option is refused by name; undefined does not make it known", () => {
  const known = ["region", "timeout"];
  expect(() => refuseUnknownOptions("s3", { region: "eu", timeout: undefined }, known)).not.toThrow();
  const error = thrownBy(() => refuseUnknownOptions("s3", { regoin: undefined }, known));
  expect(error.code).toBe("DEST_INVALID_OPTION");
  expect(error.message).toBe("s3: unknown option regoin (did you mean region?); known are region, timeout");
});

test("an unknown event is refused by name", async () => {
  await using dest = createDest({ destinations: { out: recordingDestination() } });
  const error = thrownBy(() => dest.on("deliverd" as "delivered", () => undefined));
  expect(error.code).toBe("DEST_INVALID_OPTION");
  expect(error.message).toMatch(/^dest\.on: must be one of accepted, .*, not deliverd$/);
});

describe("with unknownKeys: warn, what a send returns", () => {
  test("is frozen, has nothing but its id, and warns once for each destination when an answer is read of it", async () => {
    await using dest = createDest({
      destinations: { out: recordingDestination(), audit: recordingDestination() },
    });
    const warnings: string[] = [];
    dest.on("warning", ({ code, message }) => warnings.push(`${code} ${message.slice(0, 16)}`));
    await dest.run(
      async ($) => {
        for (const send of [$.send.out, $.send.out, $.send.audit]) {
          const sent = (await send({ n: 1 })) as { id: string; status?: number; data?: unknown };
          expect([sent.status, sent.data]).toEqual([undefined, undefined]);
          expect(Object.keys(sent)).toEqual(["id"]);
          expect(Object.isFrozen(sent)).toBe(true);
        }
      },
      { unknownKeys: "warn" },
    );
    expect(warnings).toEqual(["DEST_NO_ANSWER_YET $.send.out retur", "DEST_NO_ANSWER_YET $.send.audit ret"]);
  });

  test("without it is a plain object", async () => {
    await using dest = createDest({ destinations: { out: recordingDestination() } });
    const sent = await dest.run(($) => $.send.out({ n: 1 }));
    expect(Object.getPrototypeOf(sent)).toBe(Object.prototype);
  });
});
