import { deepStrictEqual } from "node:assert/strict";
import { Readable, Writable } from "node:stream";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonCopy, jsonText, snapshot } from "../src/snapshot.js";
import { thrownBy } from "./thrown-by.js";

const copyOf = (value: unknown) => snapshot(value, "data", "keep");

/** Whatever a program may hand over, as long as JSON can say it. */
const jsonAble = fc.anything({
  key: fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString", "")),
  values: [
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.string({ unit: "binary" }),
    fc.string(),
    fc.constantFrom(null, undefined, Symbol("s"), () => 1),
  ],
  withBoxedValues: true,
  withDate: true,
  withNullPrototype: true,
  withSparseArray: true,
});

describe("a copy is what JSON would keep", () => {
  test("for any value JSON can say", () => {
    fc.assert(
      fc.property(jsonAble, (value) => {
        const text: string | undefined = JSON.stringify(value);
        if (text === undefined) {
          expect(thrownBy(() => copyOf(value)).code).toBe("DEST_INVALID_PAYLOAD");
          expect(thrownBy(() => jsonText("data", value)).code).toBe("DEST_INVALID_PAYLOAD");
        } else {
          deepStrictEqual(copyOf(value), JSON.parse(text));
          deepStrictEqual(jsonCopy("data", value), JSON.parse(text));
          expect(jsonText("data", value)).toBe(text);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("dates become text, and one that is no date null", () => {
    expect(copyOf({ at: new Date(0), never: new Date(Number.NaN) })).toStrictEqual({
      at: "1970-01-01T00:00:00.000Z",
      never: null,
    });
  });

  test("undefined members, functions and symbols are dropped; in an array they are null", () => {
    const given = { none: undefined, call() {}, mark: Symbol("s"), [Symbol("key")]: 1, kept: 1 };
    expect(copyOf(given)).toStrictEqual({ kept: 1 });
    expect(copyOf([undefined, () => 1, Symbol("s")])).toStrictEqual([null, null, null]);
  });

  test("NaN and infinities are null, and -0 is 0", () => {
    deepStrictEqual(copyOf([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]), [
      null,
      null,
      null,
      0,
    ]);
  });

  test("boxed primitives are unboxed", () => {
    expect(copyOf([Object(1), Object("a"), Object(false), Object(Number.NaN)])).toStrictEqual([
      1,
      "a",
      false,
      null,
    ]);
  });

  test("holes of an array are null", () => {
    const sparse: unknown[] = [];
    sparse[2] = "third";
    expect(copyOf(sparse)).toStrictEqual([null, null, "third"]);
  });

  test("an object without a prototype and an instance of a class become plain objects", () => {
    class Point {
      x = 1;
      #hidden = 2;
      get sum() {
        return this.x + this.#hidden;
      }
    }
    const bare = Object.assign(Object.create(null), { a: 1 });
    expect(copyOf({ bare, point: new Point() })).toStrictEqual({ bare: { a: 1 }, point: { x: 1 } });
  });

  test("an own key __proto__ survives and changes no prototype", () => {
    const given: unknown = JSON.parse('{ "__proto__": { "admin": true }, "list": [{ "__proto__": 1 }] }');
    const copied = copyOf(given) as { admin?: boolean };
    expect(JSON.stringify(copied)).toBe('{"__proto__":{"admin":true},"list":[{"__proto__":1}]}');
    expect(Object.getPrototypeOf(copied)).toBe(Object.prototype);
    expect(copied.admin).toBeUndefined();
  });

  test("lone surrogates survive", () => {
    expect(copyOf("\ud800 \udc00")).toBe("\ud800 \udc00");
    expect(jsonText("data", "\ud800")).toBe('"\\ud800"');
  });

  test("the same object may occur twice", () => {
    const shared = { a: 1 };
    expect(copyOf({ first: shared, list: [shared, shared] })).toStrictEqual({
      first: { a: 1 },
      list: [{ a: 1 }, { a: 1 }],
    });
  });

  test("what changes afterwards does not show", () => {
    const given = { list: [{ a: 1 }], at: new Date(0), bytes: Buffer.from("ab") };
    const copied = copyOf(given);
    given.list[0] = { a: 2 };
    given.at.setTime(1);
    given.bytes[0] = 0;
    expect(copied).toStrictEqual({
      list: [{ a: 1 }],
      at: "1970-01-01T00:00:00.000Z",
      bytes: new Uint8Array([97, 98]),
    });
  });
});

describe("toJSON", () => {
  test("is asked once, with the key it stands under, wherever it is", () => {
    const asked: string[] = [];
    const value = {
      toJSON(key: string) {
        asked.push(key);
        return { told: true };
      },
    };
    expect(copyOf({ a: value, list: [value] })).toStrictEqual({
      a: { told: true },
      list: [{ told: true }],
    });
    expect(asked).toEqual(["a", "0"]);
  });

  test("may return this, another such object, or nothing", () => {
    const self = {
      a: 1,
      toJSON() {
        return this;
      },
    };
    const inner = { toJSON: () => "inner" };
    expect(copyOf(self)).toStrictEqual({ a: 1 });
    expect(copyOf({ outer: { toJSON: () => ({ inner }) } })).toStrictEqual({ outer: { inner: "inner" } });
    expect(copyOf({ gone: { toJSON: () => undefined }, kept: 1 })).toStrictEqual({ kept: 1 });
  });

  test("is honoured on an array", () => {
    const list = Object.assign([1, 2], { toJSON: () => "a list" });
    for (const value of [{ list }, list]) {
      expect(copyOf(value)).toStrictEqual(JSON.parse(JSON.stringify(value)));
      expect(jsonText("data", value)).toBe(JSON.stringify(value));
    }
  });

  test("that throws is an invalid payload, which says where and why", () => {
    const toJSON = () => {
      throw new RangeError("too far");
    };
    const error = thrownBy(() => copyOf({ a: [{ toJSON }] }));
    expect(error.code).toBe("DEST_INVALID_PAYLOAD");
    expect(error.retryable).toBe(false);
    expect(error.message).toBe("toJSON of data.a.0 threw too far");
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  test("what it answers is refused like any other value", () => {
    expect(thrownBy(() => copyOf({ a: { toJSON: () => new Map() } })).message).toContain("for data.a:");
    expect(thrownBy(() => jsonText("data", [{ toJSON: () => 1n }])).message).toContain("for data.0:");
    const list = Object.assign([1], { toJSON: () => new Map() });
    expect(thrownBy(() => jsonText("data", { list })).message).toContain("for data.list:");
  });
});

describe("an Error", () => {
  test("becomes its name, message and stack, at any depth", () => {
    const error = new RangeError("too far");
    const kept = { name: "RangeError", message: "too far", stack: error.stack };
    expect(copyOf(error)).toStrictEqual(kept);
    expect(copyOf({ list: [error] })).toStrictEqual({ list: [kept] });
    expect(JSON.parse(jsonText("data", { error }))).toStrictEqual({ error: kept });
  });

  test("of another realm too", () => {
    const error: unknown = runInNewContext("Object.assign(new RangeError('too far'), { errno: -2 })");
    expect(copyOf(error)).toMatchObject({ name: "RangeError", message: "too far" });
  });

  test("keeps nothing else of itself: other members may hold credentials", () => {
    const error = Object.assign(new Error("no"), { config: { token: "t" }, toJSON: () => ({ token: "t" }) });
    expect(Object.keys(copyOf(error) as object)).toEqual(["name", "message", "stack"]);
  });

  test("with members that are no text is copied like any other object", () => {
    const details = { list: [1] };
    const error = Object.assign(new Error("x"), { message: details, stack: undefined });
    const copied = copyOf(error);
    details.list.push(2);
    expect(copied).toStrictEqual({ name: "Error", message: { list: [1] } });
  });
});

describe("what JSON would silently empty is refused, with its path and a hint", () => {
  class Bluebird {
    _value = 1;
    // biome-ignore lint/suspicious/noThenProperty: what is tested
    then() {}
  }
  async function* chunks() {}

  const refusals: readonly (readonly [name: string, value: unknown, hint: string])[] = [
    ["a Map", new Map([["a", 1]]), "send an object or array"],
    ["a Set", new Set([1]), "send an object or array"],
    ["a WeakMap", new WeakMap(), "JSON would keep nothing of a WeakMap"],
    ["a promise", Promise.resolve(1), "await it first"],
    ["a promise of a library", new Bluebird(), "await it first"],
    ["a Blob", new Blob(["a"]), "JSON would keep nothing of a Blob"],
    ["FormData", new FormData(), "JSON would keep nothing of a FormData"],
    ["URLSearchParams", new URLSearchParams("a=1"), "JSON would keep nothing of a URLSearchParams"],
    ["Headers", new Headers({ a: "1" }), "JSON would keep nothing of a Headers"],
    ["a RegExp", /a/, "JSON would keep nothing of a RegExp"],
    ["a Node stream", Readable.from(["a"]), "read it first"],
    ["a writable stream", new Writable(), "a stream holds no data"],
    ["a web stream", new Blob(["a"]).stream(), "read it first"],
    ["an async generator", chunks(), "read it first"],
    ["a big integer", 1n, "send a string"],
    ["a big integer in a box", Object(1n), "JSON would keep nothing of a BigInt"],
  ];

  test.each(refusals)("%s", (_name, value, hint) => {
    for (const [given, path] of [
      [value, "data"],
      [{ deep: { er: value } }, "data.deep.er"],
      [{ list: ["a", value] }, "data.list.1"],
    ]) {
      for (const refuse of [
        copyOf,
        (v: unknown) => jsonCopy("data", v),
        (v: unknown) => jsonText("data", v),
      ]) {
        const error = thrownBy(() => refuse(given));
        expect(error.code).toBe("DEST_INVALID_PAYLOAD");
        expect(error.message).toContain(` for ${path}: `);
        expect(error.message).toContain(hint);
      }
    }
  });

  test("a cycle is refused with both paths", () => {
    const cycle: Record<string, unknown> = { list: [{}] };
    (cycle.list as unknown[])[0] = { again: cycle };
    for (const refuse of [copyOf, (v: unknown) => jsonText("data", v)]) {
      const { message } = thrownBy(() => refuse({ cycle }));
      expect(message).toContain(" for data.cycle.list.0.again: ");
      expect(message).toMatch(/the same object as data\.cycle$/);
    }
  });

  test("a cycle through toJSON is refused", () => {
    const parent: Record<string, unknown> = {};
    parent.child = { toJSON: () => ({ parent }) };
    expect(thrownBy(() => copyOf(parent)).message).toContain(" for data.child.parent: it is a cycle");
    const endless = (): unknown => ({ toJSON: () => [endless()] });
    expect(thrownBy(() => copyOf(endless())).message).toContain("nested deeper than");
  });

  test("a thousand levels are fine, more are refused with a path that can be read", () => {
    const nested = (levels: number) => {
      let value: unknown = "core";
      for (let i = 0; i < levels; i++) value = { a: value };
      return value;
    };
    const fine = nested(1_000);
    expect(JSON.stringify(copyOf(fine))).toBe(JSON.stringify(fine));
    expect(jsonText("data", fine)).toBe(JSON.stringify(fine));
    const { message } = thrownBy(() => jsonText("data", nested(100_000)));
    expect(message).toContain("for data.a.a.a.a.a.….a.a.a.a: it is nested deeper than 1000 levels");
  });
});

describe("bytes", () => {
  const views: readonly (readonly [string, ArrayBufferView | ArrayBuffer])[] = [
    ["a Buffer", Buffer.from([1, 2, 3, 4])],
    ["a part of a buffer", new Uint8Array([9, 1, 2, 3, 4, 9]).subarray(1, 5)],
    ["a typed array", new Uint16Array(new Uint8Array([1, 2, 3, 4]).buffer)],
    ["a DataView", new DataView(new Uint8Array([1, 2, 3, 4]).buffer)],
    ["an ArrayBuffer", new Uint8Array([1, 2, 3, 4]).buffer],
  ];

  test.each(views)("%s is kept as a Uint8Array of its own where the field takes bytes", (_name, bytes) => {
    const { body } = copyOf({ body: bytes }) as { body: Uint8Array };
    const own = ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
    own.fill(0);
    expect(Object.getPrototypeOf(body)).toBe(Uint8Array.prototype);
    expect([...body]).toEqual([1, 2, 3, 4]);
    expect(body.buffer.byteLength).toBe(4);
  });

  test.each(views)("%s is refused elsewhere, with its path", (_name, bytes) => {
    const refusals = [
      () => snapshot({ body: bytes }, "data", "refuse"),
      () => jsonCopy("data", { body: bytes }),
      () => jsonText("data", { body: bytes }),
    ];
    for (const refuse of refusals) {
      const error = thrownBy(refuse);
      expect(error.code).toBe("DEST_INVALID_PAYLOAD");
      expect(error.message).toContain("for data.body: bytes fit no JSON");
    }
  });
});

describe("a value that leaves nothing is refused as a whole", () => {
  test.each([
    ["undefined", undefined, "undefined"],
    ["a function", function handler() {}, "function handler"],
    ["a symbol", Symbol("s"), "Symbol(s)"],
    ["a toJSON that answers nothing", { toJSON: () => undefined }, "[object Object]"],
  ])("%s", (_name, value, shown) => {
    const message = `invalid value ${shown} for data`;
    expect(thrownBy(() => copyOf(value)).message).toBe(message);
    expect(thrownBy(() => jsonCopy("data", value)).message).toBe(message);
    expect(thrownBy(() => jsonText("data", value)).message).toBe(message);
  });

  test("without a path it is called the value", () => {
    expect(thrownBy(() => snapshot(undefined, "", "keep")).message).toBe(
      "invalid value undefined for the value",
    );
    expect(thrownBy(() => snapshot({ seen: new Set() }, "", "keep")).message).toContain(" for seen:");
  });
});
