import type { Random } from "./random.js";

const lone = "\ud800lone\udfff";

const texts: readonly string[] = [
  "",
  " ",
  "plain",
  lone,
  "\u0000",
  "a\r\nx-injected: 1",
  "a\nb",
  "ünïcödé 漢字 🎉",
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "%",
  "%zz%0d%0ax-injected:%201",
  "'; DROP TABLE runs; --",
  "\u2028\u2029",
  "\ufeff",
  "x".repeat(70_000),
];

/** Values of every kind that may be given by mistake or by malice; a new one at each call. */
const makers: readonly ((draw: Random) => unknown)[] = [
  (draw) => draw.of(texts),
  (draw) => draw.of([0, -0, 1, -1, 1.5, 1e21, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]),
  (draw) => draw.of([true, false, null, undefined]),
  () => 10n,
  () => Symbol("hostile"),
  () => () => "a function",
  () => class Thing {},
  () => new Date(0),
  () => new Date(Number.NaN),
  () => new Map([["a", 1]]),
  () => new Set([1]),
  () => /regular/g,
  () => new Error("an error"),
  () => Promise.resolve("later"),
  () => new Uint8Array([0, 255, 13, 10]),
  () => Buffer.from("bytes\r\n"),
  () => new ArrayBuffer(8),
  () => new Float64Array([1.5]),
  () => new URL("http://127.0.0.1:1/elsewhere"),
  () => new URLSearchParams([["a", lone]]),
  () => new WeakMap(),
  () => Object.create(null),
  () => JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
  () => cyclic(),
  () => [cyclic()],
  (draw) => deep(draw.of([100, 5_000, 200_000])),
  () => "y".repeat(3_000_000),
  () => Array.from({ length: 50_000 }, (_, i) => i),
  // biome-ignore lint/suspicious/noSparseArray: it is what may be given
  () => [1, , 3],
  () => ({ toJSON: () => ({ replaced: true }) }),
  () => ({
    toJSON() {
      throw new Error("toJSON throws");
    },
  }),
  () => ({
    get trap() {
      throw new TypeError("a getter throws");
    },
  }),
  () => ({
    toString() {
      throw new Error("toString throws");
    },
  }),
  () =>
    new Proxy(
      {},
      {
        ownKeys() {
          throw new Error("a proxy throws");
        },
      },
    ),
  () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  (draw) => ({ [draw.of(texts)]: draw.of(texts) }),
  (draw) => ({ a: { b: [hostile(draw, 1)] } }),
  (draw) => [hostile(draw, 1), hostile(draw, 1)],
  () => ({ [Symbol("key")]: 1, plain: 2 }),
  // biome-ignore lint/suspicious/noThenProperty: it is what may be given
  () => ({ then: (resolve: (value: string) => void) => resolve("a thenable") }),
];

export function hostile(draw: Random, depth = 0): unknown {
  return draw.of(depth > 0 ? makers.slice(0, 20) : makers)(draw);
}

export function hostileText(draw: Random): string {
  return draw.of(texts);
}

function cyclic(): object {
  const one: { self?: object } = {};
  one.self = { one };
  return one;
}

function deep(levels: number): object {
  let value: object = {};
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { value };
  return value;
}
