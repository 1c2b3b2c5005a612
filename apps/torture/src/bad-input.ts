import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { isDeepStrictEqual } from "node:util";
import { isProxy } from "node:util/types";
import { createDest, DestError, defineDestination, type JsonValue } from "@dest/core";
import { http } from "@dest/http";
import { lmdb } from "@dest/lmdb";
import { Faults } from "./faults.js";
import { inFolder } from "./folder.js";
import { hostile, hostileText } from "./hostile-values.js";
import { type Random, random } from "./random.js";
import type { Trial } from "./trial.js";

const runs = { quick: 400, long: 20_000 };
const file = import.meta.url;

/** One send that may be bad: thrown out at the line, or accepted under an id. */
interface Sent {
  readonly id?: string;
  readonly what: string;
  readonly isGood: boolean;
  /** Of what arrives, if that can be known without the code under trial. */
  readonly expected?: JsonValue | undefined;
}

interface Arrival {
  readonly body: Buffer;
  readonly headers: readonly string[];
}

export const badInput: Trial = {
  name: "bad-input",
  about: "every field of a send with wrong types, huge, cyclic and hostile values",
  run: ({ seed, size }) => inFolder((folder) => feed(join(folder, "outbox"), random(seed), runs[size])),
};

async function feed(path: string, draw: Random, times: number) {
  const faults = new Faults();
  const arrivals = new Map<string, Arrival[]>();
  const server = createServer({ maxHeaderSize: 2 ** 24 }, async (request, response) => {
    const id = decodeURIComponent(request.headers["idempotency-key"]?.toString() ?? "none");
    const arrival = { body: await buffer(request), headers: request.rawHeaders };
    arrivals.set(id, [...(arrivals.get(id) ?? []), arrival]);
    response.end("ok");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const batched = new Map<string, JsonValue>();
  const pairs = defineDestination<
    readonly [pair: { key: unknown; value: unknown }],
    { key: string; value: JsonValue }
  >(() => ({
    kind: "torture/pairs",
    apiVersion: 1,
    accepts: ["key", "value"],
    policy: { batch: { maxSize: 20, maxBytes: 10_000_000, maxWait: 5 } },
    prepare: (pair) => pair as { key: string; value: JsonValue },
    groupKey: ({ key }) => (typeof key === "string" ? key : "none"),
    batchKey: ({ key }) => (typeof key === "string" ? key : "none"),
    async deliver({ messages }) {
      for (const { id, value } of messages) batched.set(id, value.value);
      return { status: "delivered" };
    },
  }));
  const dest = createDest({
    destinations: { http: http({ retry: { minDelay: 5, maxDelay: 20 } }), pairs: pairs() },
    outbox: lmdb({ path }),
  });
  const dead = new Map<string, string>();
  dest.on("dead", ({ id, error }) => dead.set(id, `${error?.code} ${error?.message}`));
  dest.on("warning", ({ code, message }) => {
    if (code !== "DEST_RUN_CHANGED") faults.add(`unexpected warning ${code}`, message);
  });
  const uncaught = (error: unknown) => faults.add("an error nobody could catch", String(error));
  process.on("unhandledRejection", uncaught);

  const accepted: Sent[] = [];
  const refused: Sent[] = [];
  let thrown = 0;
  try {
    for (let i = 0; i < times; i++) {
      const sends: Sent[] = [];
      // In half of the runs the code does not catch what its send throws: then nothing of the run may arrive.
      const catches = draw.chance(0.5);
      try {
        await dest.run(
          ($) => {
            for (let at = draw.between(1, 4); at >= 0; at--) {
              if (draw.chance(0.3)) {
                const data = { good: `${i} ${at}` };
                sends.push({
                  ...$.send.http({ url: `${origin}/good`, data }),
                  what: "good",
                  isGood: true,
                  expected: data,
                });
                continue;
              }
              const [what, expected, send] = badSend($, draw, origin);
              try {
                sends.push({ ...send(), what, isGood: false, expected });
              } catch (error) {
                thrown += 1;
                checkError(error, what, faults);
                if (!catches) throw error;
              }
            }
          },
          draw.chance(0.2) ? badOptions(draw, i) : {},
        );
        accepted.push(...sends);
      } catch (error) {
        checkCode(error, "the run", faults);
        refused.push(...sends);
      }
    }
    await dest.flush({ timeout: 60_000 });
    checkArrivals();
    const { pending } = await dest.close();
    if (pending > 0) faults.add("something accepted cannot be delivered", `${pending} pending`);
  } finally {
    process.off("unhandledRejection", uncaught);
    server.closeAllConnections();
    server.close();
  }
  const got = accepted.filter(({ id }) => id !== undefined && hasArrived(id));
  const phantom = refused.filter(({ id }) => id !== undefined && hasArrived(id)).length;
  const polluted = ({} as { polluted?: boolean }).polluted;
  if (polluted) faults.add("Object.prototype was changed");
  return {
    accepted: accepted.length,
    delivered: got.length,
    duplicated: [...arrivals.values()].filter((times) => times.length > 1).length,
    lost: accepted.length - got.length,
    phantom,
    faults: faults.list(),
    notes: [`${thrown} sends were refused at their line`],
  };

  // A header says a lone surrogate as U+FFFD.
  function hasArrived(id: string): boolean {
    return arrivals.has(id.toWellFormed()) || batched.has(id);
  }

  function checkArrivals(): void {
    for (const { id, what, expected } of accepted) {
      if (id === undefined) continue;
      if (dead.has(id)) faults.add("accepted, and then not deliverable", `${what}: ${dead.get(id)}`);
      const [arrival] = arrivals.get(id.toWellFormed()) ?? [];
      const names = arrival?.headers.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()) ?? [];
      if (names.includes("x-injected")) faults.add("a header was injected", what);
      if (expected === undefined) continue;
      const body = arrival ? (JSON.parse(arrival.body.toString()) as JsonValue) : batched.get(id);
      if ((arrival || batched.has(id)) && !isDeepStrictEqual(plain(body), plain(expected)))
        faults.add("it arrived changed", what);
    }
  }
}

type Instance = { send: { http(request: object): { id: string }; pairs(pair: object): { id: string } } };
type BadSend = readonly [what: string, expected: JsonValue | undefined, send: () => { id: string }];

/** One call with one bad field, and what arrives of it where JSON says so. */
function badSend($given: object, draw: Random, origin: string): BadSend {
  const $ = $given as Instance & { with(options: object): Instance };
  const url = `${origin}/bad`;
  const value = hostile(draw);
  const shapes: readonly (() => BadSend)[] = [
    () => ["data", json(value), () => $.send.http({ url, data: value })],
    () => ["data.field", json({ field: value }), () => $.send.http({ url, data: { field: value } })],
    () => ["method", undefined, () => $.send.http({ url, method: value })],
    () => ["url", undefined, () => $.send.http({ url: away(value) })],
    () => ["path of url", undefined, () => $.send.http({ url: `${url}/${hostileText(draw)}` })],
    () => ["query of url", undefined, () => $.send.http({ url: `${url}?${hostileText(draw)}` })],
    () => ["headers", undefined, () => $.send.http({ url, headers: value })],
    () => ["headers.value", undefined, () => $.send.http({ url, headers: { "x-bad": value } })],
    () => ["headers.name", undefined, () => $.send.http({ url, headers: { [hostileText(draw)]: "x" } })],
    () => ["params", undefined, () => $.send.http({ url, params: value })],
    () => ["params.value", undefined, () => $.send.http({ url, params: { bad: value } })],
    () => ["params.name", undefined, () => $.send.http({ url, params: { [hostileText(draw)]: "x" } })],
    () => ["auth", undefined, () => $.send.http({ url, auth: value })],
    () => ["auth.username", undefined, () => $.send.http({ url, auth: { username: value, password: "x" } })],
    () => ["auth.password", undefined, () => $.send.http({ url, auth: { username: "x", password: value } })],
    () => ["the request", undefined, () => $.send.http(value as object)],
    () => ["another key", undefined, () => $.send.http({ url, [hostileText(draw)]: value })],
    () => ["pairs.value", json(value), () => $.send.pairs({ key: "k", value })],
    () => ["pairs.key", json("v"), () => $.send.pairs({ key: value, value: "v" })],
    () => ["pairs.key text", json("v"), () => $.send.pairs({ key: hostileText(draw), value: "v" })],
    () => ["a pair", undefined, () => $.send.pairs(value as object)],
    () => [
      "with.delay",
      undefined,
      () => $.with({ delay: typeof value === "number" && value > 10 ? 10 : value }).send.http({ url }),
    ],
    () => ["with.orderKey", undefined, () => $.with({ orderKey: value }).send.http({ url })],
    () => [
      "with.expiresIn",
      undefined,
      () => $.with({ expiresIn: typeof value === "number" && value >= 0 ? 1e6 : value }).send.http({ url }),
    ],
    () => ["with", undefined, () => $.with(value as object).send.http({ url })],
  ];
  const [what, expected, send] = draw.of(shapes)();
  return [`${what} = ${shown(value)}`, expected, send];
}

function badOptions(draw: Random, i: number): object {
  return draw.of([
    { runId: `${i} ${hostileText(draw)}` },
    { workflow: hostileText(draw) },
    { workflow: hostile(draw) },
  ]);
}

/** Nothing is sent to anywhere but this machine. */
function away(value: unknown): unknown {
  return typeof value === "string" || isProxy(value) || value instanceof URL ? "ftp://127.0.0.1/" : value;
}

function checkError(error: unknown, what: string, faults: Faults): void {
  if (!checkCode(error, what, faults)) return;
  if (!(error as Error).stack?.includes(file.split("/").at(-1) as string))
    faults.add("an error does not point at the caller's line", what);
}

function checkCode(error: unknown, what: string, faults: Faults): boolean {
  if (DestError.is(error) && error.code.startsWith("DEST_")) return true;
  faults.add("an error without a code", `${what}: ${String((error as Error)?.stack ?? error).slice(0, 300)}`);
  return false;
}

/** What JSON makes of it; undefined where that is not the rule, or there is none. */
function json(value: unknown): JsonValue | undefined {
  try {
    if (!isPlain(value)) return undefined;
    return JSON.parse(JSON.stringify(value)) as JsonValue;
  } catch {
    return undefined;
  }
}

function isPlain(value: unknown): boolean {
  if (value === null || typeof value !== "object") return ["number", "boolean"].includes(typeof value);
  if (Array.isArray(value)) return value.every(isPlain);
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

function shown(value: unknown): string {
  try {
    const text = typeof value === "string" ? JSON.stringify(value) : String(value);
    return text.slice(0, 60);
  } catch {
    return typeof value;
  }
}
