import { type AttemptRecord, createDest, type DeliveryRecord } from "@dest/core";
import { describe, expect, test } from "vitest";
import { http } from "../src/index.js";
import { receiver } from "./receiver.js";
import { setUp } from "./set-up.js";

const lastAttempt = ({ attempts }: DeliveryRecord) => attempts.at(-1) as AttemptRecord;

describe("what the receiver gets", () => {
  test("a GET with its query and headers, and no body", async () => {
    const { origin, next } = await receiver();
    const { send } = setUp();
    await send({
      url: `${origin}/a!b?c=+%20#d`,
      params: { page: 2 },
      headers: { "X-Name": "é", accept: "a/b" },
    });
    const { method, url, headers, body } = await next();
    expect([method, url]).toEqual(["GET", "/a!b?c=+%20&page=2"]);
    expect(headers).toMatchObject({ host: origin.slice("http://".length), accept: "a/b" });
    // Latin-1 on the wire, which is how node:http reads it too.
    expect(headers["x-name"]).toBe("é");
    expect(headers).not.toHaveProperty("content-length");
    expect(headers).not.toHaveProperty("content-type");
    expect(body).toHaveLength(0);
  });

  test("JSON, in UTF-8", async () => {
    const { origin, next } = await receiver();
    const { send } = setUp();
    await send({
      url: origin,
      data: { name: "Łukasz 🎉", at: new Date(0), gone: undefined, list: [1, null] },
    });
    const { method, url, headers, body } = await next();
    const text = '{"name":"Łukasz 🎉","at":"1970-01-01T00:00:00.000Z","list":[1,null]}';
    expect([method, url]).toEqual(["POST", "/"]);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(text)),
    });
    expect(body.toString()).toBe(text);
  });

  test("a string as it is, in UTF-8", async () => {
    const { origin, next } = await receiver();
    const { send } = setUp();
    await send({ method: "put", url: origin, data: "plain — text\r\n" });
    const { method, headers, body } = await next();
    expect(method).toBe("PUT");
    expect(headers).not.toHaveProperty("content-type");
    expect(body.toString()).toBe("plain — text\r\n");
  });

  test("bytes as they are", async () => {
    const { origin, next } = await receiver();
    const { send } = setUp();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await send({ url: origin, data: bytes, headers: { "content-type": "application/octet-stream" } });
    const { headers, body } = await next();
    expect(headers).toMatchObject({ "content-type": "application/octet-stream", "content-length": "256" });
    expect(body).toEqual(bytes);
  });

  test("a form", async () => {
    const { origin, next } = await receiver();
    const { send } = setUp();
    await send({ url: origin, data: new URLSearchParams({ a: "1 2", b: "ä&" }) });
    const { headers, body } = await next();
    expect(headers["content-type"]).toBe("application/x-www-form-urlencoded;charset=UTF-8");
    expect(body.toString()).toBe("a=1+2&b=%C3%A4%26");
  });

  test("an empty body has a length of zero", async () => {
    const { origin, next } = await receiver();
    const { send } = setUp();
    await send({ method: "POST", url: origin }, { url: origin, data: "" });
    for (const { method, headers, body } of [await next(), await next()]) {
      expect([method, headers["content-length"], body.length]).toEqual(["POST", "0", 0]);
    }
  });

  test.each(["HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE"])("%s", async (method) => {
    const { origin, requests } = await receiver();
    const { send, next } = setUp();
    await send({ method, url: origin });
    await next("delivered");
    expect(requests.map((request) => request.method)).toEqual([method]);
  });

  test("Basic authentication, from auth and from the URL", async () => {
    const { origin, next } = await receiver();
    const { send } = setUp({ concurrency: 1 });
    await send({ url: origin, auth: { username: "Luke", password: "force" } });
    expect((await next()).headers.authorization).toBe(`Basic ${btoa("Luke:force")}`);
    await send({ url: origin.replace("//", "//Han:falcon@") });
    expect((await next()).headers.authorization).toBe(`Basic ${btoa("Han:falcon")}`);
  });

  test("the value as it was at the call, also where it is bytes", async () => {
    const { origin, next } = await receiver();
    const { dest } = setUp({ concurrency: 1 });
    const data = { name: "Luke" };
    const bytes = Buffer.from("Luke");
    await dest.run(($) => {
      $.send.http({ url: origin, data });
      $.send.http({ url: origin, data: bytes });
      data.name = "Han";
      bytes.write("Han!");
    });
    expect((await next()).body.toString()).toBe('{"name":"Luke"}');
    expect((await next()).body.toString()).toBe("Luke");
  });
});

describe("connections", () => {
  test("many requests to one origin, one at a time, share one connection", async () => {
    const target = await receiver();
    const { send, next } = setUp({ concurrency: 1 });
    await send(...Array.from({ length: 50 }, (_, data) => ({ url: target.origin, data: { data } })));
    for (let i = 0; i < 50; i++) await next("delivered");
    expect(target.requests).toHaveLength(50);
    expect(target.connections).toBe(1);
  });

  test("there are as many of them as requests are under way at once", async () => {
    const target = await receiver();
    const { send, next } = setUp({ concurrency: { total: 50, perGroup: 4 } });
    await send(...Array.from({ length: 100 }, () => ({ url: target.origin })));
    for (let i = 0; i < 100; i++) await next("delivered");
    expect(target.connections).toBe(4);
  });

  test("after a failed answer the connection is used again", async () => {
    const target = await receiver((response, _request, attempt) => {
      response.statusCode = attempt === 1 ? 404 : 200;
      response.end("a body");
    });
    const { send, next } = setUp();
    await send({ url: target.origin });
    await next("dead");
    await send({ url: target.origin });
    await next("delivered");
    expect(target.connections).toBe(1);
  });

  test("closing ends them", async () => {
    const target = await receiver();
    const dest = createDest({ destinations: { http: http() } });
    await dest.run(($) => $.send.http({ url: target.origin }));
    const { socket } = await target.next();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    expect(await dest.close()).toEqual({ delivered: 1, dead: 0, pending: 0 });
    await closed;
  });
});

describe("Idempotency-Key", () => {
  test("is the message id", async () => {
    const { origin, next } = await receiver();
    const { send } = setUp();
    const [id] = await send({ url: origin });
    expect((await next()).headers["idempotency-key"]).toBe(id);
  });

  test("is the one given in $.with", async () => {
    const { origin, next } = await receiver();
    const { dest } = setUp();
    await dest.run(($) => $.with({ idempotencyKey: "welcome-17" }).send.http({ url: origin }));
    expect((await next()).headers["idempotency-key"]).toBe("welcome-17");
  });

  test("is the user's own header, whatever its case, before both", async () => {
    const { origin, next } = await receiver();
    const { dest } = setUp();
    const headers = { "IDEMPOTENCY-KEY": "mine" };
    await dest.run(($) => $.with({ idempotencyKey: "welcome-17" }).send.http({ url: origin, headers }));
    expect((await next()).headers["idempotency-key"]).toBe("mine");
  });
});

describe("the delivery record", () => {
  test("shows the request sent and the response received", async () => {
    const { origin } = await receiver((response) => {
      response.writeHead(201, { "x-trace": "abc" });
      response.end('{"id":5}');
    });
    const { send, next } = setUp();
    const [id] = await send({ url: `${origin}/in`, data: { name: "Luke" }, headers: { "X-Team": "red" } });
    const record = await next("delivered");
    expect(record).toMatchObject({ id, group: origin, status: "delivered", receipt: { status: 201 } });
    expect(record.attempts).toMatchObject([
      {
        outcome: "delivered",
        request: {
          method: "POST",
          url: `${origin}/in`,
          headers: { "content-type": "application/json", "x-team": "red", "idempotency-key": id },
          body: '{"name":"Luke"}',
        },
        response: { status: 201, headers: { "x-trace": "abc" }, body: '{"id":5}' },
      },
    ]);
  });

  test("tells of bytes only how many they were", async () => {
    const { origin } = await receiver();
    const { send, next } = setUp();
    await send({ url: origin, data: Buffer.from("secret bytes") });
    expect((await next("delivered")).attempts[0]?.request).toMatchObject({ body: "12 bytes" });
  });

  test("keeps the beginning of a long response, and says how long it was", async () => {
    const { origin } = await receiver((response) => response.end("r".repeat(100_000)));
    const { send, next } = setUp();
    await send({ url: origin });
    const record = await next("delivered");
    const { body } = lastAttempt(record).response as { body: string };
    expect(body).toMatch(/^r{1000}/);
    expect(body).toMatch(/… \(100000 bytes in all\)$/);
    expect(JSON.stringify(record).length).toBeLessThan(10_000);
  });

  test("keeps the beginning of a long request, while the receiver gets all of it", async () => {
    const { origin, requests } = await receiver();
    const { send, next } = setUp();
    await send({ url: origin, data: "q".repeat(1_000_000) });
    const record = await next("delivered");
    const { body } = lastAttempt(record).request as { body: string };
    expect(body).toMatch(/^q{1000}/);
    expect(JSON.stringify(record).length).toBeLessThan(10_000);
    expect(requests[0]?.body).toHaveLength(1_000_000);
  });
});

describe("the connection", () => {
  test.each([
    ["is used again after an answer of 100 KB", 100_000, true],
    ["is closed after one of 10 MB: the rest is not read", 10_000_000, false],
  ])("%s", async (_, bytes, isKept) => {
    const target = await receiver((response) => response.end("r".repeat(bytes)));
    const { send, next } = setUp();
    for (let i = 0; i < 2; i++) {
      await send({ url: target.origin });
      await next("delivered");
    }
    expect(target.connections === 1).toBe(isKept);
  });

  test("a long answer is recorded by its beginning, and said to be longer", async () => {
    const { origin } = await receiver((response) => response.writeHead(404).end("r".repeat(10_000_000)));
    const { send, next } = setUp();
    await send({ url: origin });
    const record = await next("dead");
    const { body } = lastAttempt(record).response as { body: string };
    expect(body).toMatch(/^r{4000}… \(more than \d{6} bytes in all\)$/);
    expect(record.error?.message).toContain("404");
  });
});
