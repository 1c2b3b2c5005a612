import type { LookupAddress } from "node:dns";
import { connect } from "node:net";
import { type DeliverContext, DestError } from "@dest/core";
import { Agent, type buildConnector } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { guardedConnector, guardedLookup } from "../src/address-guard.js";
import type { Network } from "../src/addresses.js";
import { classifyFailure } from "../src/classify.js";
import { exchange } from "../src/exchange.js";
import { followRedirects } from "../src/follow-redirects.js";
import type { DispatchRequest } from "../src/to-dispatch.js";
import { receiver } from "./receiver.js";
import { setUp } from "./set-up.js";

const v4 = (...addresses: string[]): LookupAddress[] => addresses.map((address) => ({ address, family: 4 }));

/** What a name server answers, one answer after the other. Nothing is asked of a real one. */
function answering(...answers: LookupAddress[][]) {
  return (_name: string, _options: object, done: (error: null, addresses: LookupAddress[]) => void) =>
    done(null, answers.shift() ?? []);
}

function look(lookup: ReturnType<typeof guardedLookup>, all = true) {
  return new Promise<unknown>((resolve) =>
    lookup("a.example", { all }, (error, found) => resolve(error ?? found)),
  );
}

describe("a name", () => {
  test("that answers a public address first and a private one later is refused at the second", async () => {
    const lookup = guardedLookup("public", answering(v4("1.1.1.1"), v4("127.0.0.1")));
    expect(await look(lookup)).toEqual(v4("1.1.1.1"));
    const error = await look(lookup);
    expect(error).toMatchObject({ code: "DEST_HTTP_ADDRESS", retryable: false });
    expect((error as DestError).message).toBe(
      'a.example (127.0.0.1) is not sent to, as it is this host. If it shall be, create the destination with network: "private"',
    );
  });

  test("with several addresses is connected to at those that are allowed", async () => {
    const both = v4("10.0.0.1", "1.1.1.1", "169.254.169.254");
    expect(await look(guardedLookup("public", answering(both)))).toEqual(v4("1.1.1.1"));
    expect(await look(guardedLookup("public", answering(both)), false)).toBe("1.1.1.1");
    expect(await look(guardedLookup("private", answering(both)))).toEqual(v4("10.0.0.1", "1.1.1.1"));
    expect(await look(guardedLookup("any", answering(both)))).toEqual(both);
  });

  test("that answers nothing, or fails, is no connection", async () => {
    expect(await look(guardedLookup("private", answering([])))).toMatchObject({ code: "ENOTFOUND" });
    const failure = Object.assign(new Error("no"), { code: "ENOTFOUND" });
    const lookup = guardedLookup("public", (_name, _options, done) => done(failure, []));
    expect(await look(lookup)).toBe(failure);
  });
});

/** An agent that dials only 127.0.0.1, and notes what it would have dialled. */
function noting(network: Network) {
  const dialled: string[] = [];
  const dial: buildConnector.connector = ({ hostname, port }, done) => {
    dialled.push(hostname);
    if (hostname !== "127.0.0.1") return done(new Error(`${hostname} was dialled`), null);
    const socket = connect({ host: hostname, port: Number(port) }, () => done(null, socket));
  };
  const agent = new Agent({ connect: guardedConnector(network, dial) });
  onTestFinished(() => agent.destroy());
  return { agent, dialled };
}

const context = {
  onAbort: () => undefined,
  record: () => undefined,
  clock: { now: () => 0 },
} as unknown as DeliverContext;

const requestTo = (url: string): DispatchRequest => {
  const { origin, pathname } = new URL(url);
  return { origin, path: pathname, method: "GET", headers: {}, body: null };
};

describe("an address", () => {
  test.each([
    ["http://169.254.169.254/latest/meta-data", "private"],
    ["http://[fe80::1]/", "private"],
    ["http://[::ffff:a9fe:a9fe]/", "private"],
    ["http://2852039166/", "private"],
    ["http://10.0.0.1/", "public"],
    ["http://[::1]/", "public"],
  ] as const)("%s is not dialled with %s", async (url, network) => {
    const { agent, dialled } = noting(network);
    const ended = await exchange(agent, requestTo(url), context, (end) => end);
    expect(dialled).toEqual([]);
    if (!("error" in ended)) throw new Error("there was an answer");
    const outcome = classifyFailure(ended.error, ended.sent);
    expect(outcome).toMatchObject({ status: "rejected", error: { code: "DEST_HTTP_ADDRESS" } });
  });

  test("that a redirect leads to is not dialled", async () => {
    const location = "http://169.254.169.254/latest/meta-data";
    const target = await receiver((response) => response.writeHead(302, { location }).end());
    const { agent, dialled } = noting("private");
    const request = requestTo(target.origin);
    const ended = await exchange(agent, request, context, (end) => end);
    if (!("response" in ended)) throw ended.error;
    const outcome = await followRedirects(agent, request, ended.response, context, undefined);
    expect(outcome).toMatchObject({ status: "rejected", error: { code: "DEST_HTTP_ADDRESS" } });
    expect(dialled).toEqual(["127.0.0.1"]);
  });
});

test.each(["127.0.0.1", "localhost"])("with public, %s is a dead letter at once", async (host) => {
  const target = await receiver();
  const { send, next } = setUp({ network: "public" });
  await send({ url: target.origin.replace("127.0.0.1", host) });
  const { error, attempts } = await next("dead");
  expect(error?.code).toBe("DEST_HTTP_ADDRESS");
  expect(error?.message).toContain('create the destination with network: "private"');
  expect(attempts).toHaveLength(1);
  expect(target.connections).toBe(0);
});

test("what is refused pauses nothing else of its destination", async () => {
  const { send, next, events } = setUp({ network: "public", pause: { after: 1 } });
  await send({ url: "http://127.0.0.1:9/" }, { url: "http://127.0.0.1:9/" });
  await next("dead");
  await next("dead");
  expect(events.filter((event) => "until" in (event as object))).toEqual([]);
});

test("another value is refused", () => {
  expect(() => setUp({ network: "all" as never })).toThrow(DestError);
});
