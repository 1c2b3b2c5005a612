import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { nobody, receiver } from "./receiver.js";
import { setUp } from "./set-up.js";

const keysOf = (requests: readonly { headers: { [name: string]: unknown } }[]) =>
  new Set(requests.map(({ headers }) => headers["idempotency-key"]));

describe("an answer that may be better later", () => {
  test("503 with Retry-After: 2 twice, then 200: three attempts at +0, +2000 and +4000 ms, one message", async () => {
    const target = await receiver((response, _request, attempt) => {
      if (attempt <= 2) response.writeHead(503, { "retry-after": "2" });
      response.end();
    });
    const { clock, dest, send, next } = setUp();
    const [id] = await send({ url: target.origin, data: { name: "Luke" } });
    await next("retry");
    await clock.advance(1_999);
    expect(await dest.messages.get(id as string)).toMatchObject({ status: "retrying" });
    await clock.advance(1);
    await next("retry");
    await clock.advance(2_000);
    const record = await next("delivered");

    const starts = record.attempts.map(({ startedAt }) => startedAt - record.acceptedAt);
    expect(starts).toEqual([0, 2_000, 4_000]);
    expect(record.attempts.map(({ outcome }) => outcome)).toEqual(["retry", "retry", "delivered"]);
    expect(record.attempts.map(({ response }) => response)).toMatchObject([
      { status: 503 },
      { status: 503 },
      { status: 200 },
    ]);
    expect((await dest.messages.list()).items).toEqual([record]);
    expect(target.requests).toHaveLength(3);
    expect(keysOf(target.requests)).toEqual(new Set([id]));
    expect(new Set(target.requests.map(({ body }) => body.toString()))).toEqual(new Set(['{"name":"Luke"}']));
  });

  test("a Retry-After that is a date is read by the instance's clock", async () => {
    const { clock, send, next } = setUp();
    const date = new Date(clock.now() + 90_000).toUTCString();
    const { origin } = await receiver((response, _request, attempt) => {
      if (attempt === 1) response.writeHead(429, { "retry-after": date });
      response.end();
    });
    await send({ url: origin });
    await next("retry");
    await clock.advance(90_000);
    const { attempts, acceptedAt } = await next("delivered");
    expect(attempts.map(({ startedAt }) => startedAt - acceptedAt)).toEqual([0, 90_000]);
  });

  test("the keys of $.with and of a header are the same over all attempts", async () => {
    const target = await receiver((response, { url }) => {
      const attempt = target.requests.filter((request) => request.url === url).length;
      response.statusCode = attempt === 1 ? 500 : 200;
      response.end();
    });
    const { clock, dest, next } = setUp();
    await dest.run(($) => {
      const { send } = $.with({ idempotencyKey: "welcome-17" });
      send.http({ url: `${target.origin}/with` });
      send.http({ url: `${target.origin}/header`, headers: { "idempotency-key": "mine" } });
    });
    for (let i = 0; i < 2; i++) await next("retry");
    await clock.advance(1_000);
    for (let i = 0; i < 2; i++) await next("delivered");
    expect(target.requests).toHaveLength(4);
    const of = (url: string) => keysOf(target.requests.filter((request) => request.url === url));
    expect(of("/with")).toEqual(new Set(["welcome-17"]));
    expect(of("/header")).toEqual(new Set(["mine"]));
  });
});

describe("an answer that stays as it is", () => {
  test.each([404, 410])("%i is dead at once, and the program sees no exception", async (status) => {
    const target = await receiver((response) => {
      response.statusCode = status;
      response.end("no such hook");
    });
    const { dest, next } = setUp();
    const answer = await dest.run(($) => {
      $.send.http({ url: target.origin });
      return 42;
    });
    expect(answer).toBe(42);
    const record = await next("dead");
    expect(record).toMatchObject({ status: "dead", error: { code: "DEST_HTTP_STATUS" } });
    expect(record.error?.message).toContain(String(status));
    expect(record.error?.message).toContain("no such hook");
    expect(record.attempts).toMatchObject([{ outcome: "rejected", response: { status } }]);
    expect(target.requests).toHaveLength(1);
  });

  test("a redirect without a location leads nowhere", async () => {
    const target = await receiver((response) => {
      response.writeHead(302);
      response.end();
    });
    const { send, next } = setUp();
    await send({ url: target.origin });
    const record = await next("dead");
    expect(record.error?.message).toContain("302, a redirect to nowhere");
    expect(target.requests).toHaveLength(1);
  });
});

describe("a receiver that never answers", () => {
  test("is a timeout after 30 seconds; the connection is closed, and the request is sent again", async () => {
    const target = await receiver((response, _request, attempt) => {
      if (attempt > 1) response.end();
    });
    const { clock, dest, send, next } = setUp();
    const [id] = await send({ url: target.origin });
    const { socket } = await target.next();
    const closed = once(socket, "close");
    await clock.advance(29_999);
    expect(await dest.messages.get(id as string)).toMatchObject({ status: "delivering" });
    await clock.advance(1);
    const failed = await next("retry");
    expect(failed.attempts).toMatchObject([
      {
        outcome: "retry",
        durationMs: 30_000,
        error: { code: "DEST_TIMEOUT", message: expect.stringContaining("timeout") },
        request: { method: "GET", url: `${target.origin}/` },
      },
    ]);
    await closed;
    await clock.advance(1_000);
    expect((await next("delivered")).attempts).toHaveLength(2);
    expect(keysOf(target.requests)).toEqual(new Set([id]));
  });

  test("one that stops in the middle of its answer is a timeout too", async () => {
    const { origin, next: arrival } = await receiver((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("x");
    });
    const { clock, send, next } = setUp({ timeout: 1_000 });
    await send({ url: origin });
    await arrival();
    await clock.advance(1_000);
    expect((await next("retry")).attempts[0]?.error?.code).toBe("DEST_TIMEOUT");
  });

  test("http({ timeout: 5_000, retry: false }) makes one attempt of five seconds", async () => {
    const target = await receiver(() => {});
    const { clock, dest, send, next } = setUp({ timeout: 5_000, retry: false });
    const [id] = await send({ url: target.origin });
    await target.next();
    await clock.advance(4_999);
    expect(await dest.messages.get(id as string)).toMatchObject({ status: "delivering" });
    await clock.advance(1);
    const record = await next("dead");
    expect(record).toMatchObject({ attempts: [{ durationMs: 5_000 }], error: { code: "DEST_TIMEOUT" } });
    await clock.advance(86_400_000);
    expect(target.requests).toHaveLength(1);
  });
});

describe("a connection that fails", () => {
  test("refused: tried again, and delivered once somebody listens", async () => {
    const { origin, port } = await nobody();
    const { clock, send, next } = setUp();
    await send({ url: origin, data: {} });
    const failed = await next("retry");
    expect(failed.attempts).toMatchObject([
      { outcome: "retry", error: { code: "DEST_NETWORK", message: expect.stringContaining("ECONNREFUSED") } },
    ]);
    const target = await receiver(undefined, port);
    await clock.advance(1_000);
    expect((await next("delivered")).attempts).toHaveLength(2);
    expect(target.requests).toHaveLength(1);
  });

  test("for good: given up after twelve attempts, with the last error, and sent again by a replay", async () => {
    const { origin, port } = await nobody();
    const { clock, dest, send, next } = setUp();
    const [id] = await send({ url: origin });
    for (let attempt = 1; attempt < 12; attempt++) {
      await next("retry");
      await clock.advance(3_600_000);
    }
    const record = await next("dead");
    expect(record.attempts).toHaveLength(12);
    expect(record.error).toMatchObject({
      code: "DEST_RETRY_EXHAUSTED",
      message: expect.stringContaining("DEST_NETWORK"),
    });
    const target = await receiver(undefined, port);
    await dest.messages.replay({ status: "dead" });
    await clock.advance(60_000);
    await next("delivered");
    expect(keysOf(target.requests)).toEqual(new Set([id]));
  });

  test("closed in the middle of the answer: tried again, although a status had arrived", async () => {
    const { origin } = await receiver((response, { socket }, attempt) => {
      response.writeHead(200, { "content-length": "10" });
      if (attempt > 1) response.end("0123456789");
      else response.write("01234", () => socket.destroy());
    });
    const { clock, send, next } = setUp();
    await send({ url: origin });
    expect((await next("retry")).attempts[0]?.error?.code).toBe("DEST_NETWORK");
    await clock.advance(1_000);
    expect((await next("delivered")).attempts).toHaveLength(2);
  });

  test("closed without an answer: tried again", async () => {
    const { origin } = await receiver((response, { socket }, attempt) => {
      if (attempt > 1) response.end();
      else socket.destroy();
    });
    const { clock, send, next } = setUp();
    await send({ url: origin });
    expect((await next("retry")).attempts[0]?.error?.code).toBe("DEST_NETWORK");
    await clock.advance(1_000);
    expect((await next("delivered")).attempts).toHaveLength(2);
  });

  test("with retry.ambiguous false, what may have arrived is not repeated, what cannot have arrived is", async () => {
    const { origin: closing } = await receiver((_response, { socket }) => socket.destroy());
    const { origin: refusing } = await nobody();
    const { send, next } = setUp({ retry: { ambiguous: false } });
    const [maybe, never] = await send({ url: closing }, { url: refusing });
    expect(await next("dead")).toMatchObject({ id: maybe, error: { code: "DEST_AMBIGUOUS" } });
    expect(await next("retry")).toMatchObject({ id: never });
  });

  test("with retry.ambiguous false, a timeout after the request was written is a dead letter that says so", async () => {
    const target = await receiver(() => {});
    const { clock, send, next } = setUp({ retry: { ambiguous: false } });
    await send({ url: target.origin, data: { a: 1 } });
    await target.next();
    await clock.advance(30_000);
    const { error, attempts } = await next("dead");
    expect(error?.code).toBe("DEST_AMBIGUOUS");
    expect(error?.message).toContain("it may have arrived already");
    expect(attempts[0]?.error?.code).toBe("DEST_TIMEOUT");
  });
});

describe("one origin does not hold up another", () => {
  test("a receiver that never answers, with more waiting for it than there are slots", async () => {
    const slow = await receiver(() => {});
    const quick = await receiver();
    const { send, next } = setUp({ concurrency: { total: 4, perGroup: 2 } });
    const waiting = Array.from({ length: 100 }, () => ({ url: slow.origin }));
    const ids = await send(...waiting, { url: quick.origin });
    expect((await next("delivered")).id).toBe(ids.at(-1));
  });

  test("one that refuses pauses alone", async () => {
    const { origin: refusing } = await nobody();
    const quick = await receiver();
    const { dest, send, next } = setUp({ pause: { after: 3 }, concurrency: 1 });
    const paused = new Promise((resolve) => dest.on("paused", resolve));
    await send(...Array.from({ length: 10 }, () => ({ url: refusing })));
    expect(await paused).toMatchObject({ group: refusing, failures: 3 });
    // Time stands still from here on, so the pause cannot end.
    const [id] = await send({ url: quick.origin });
    expect((await next("delivered")).id).toBe(id);
    expect((await dest.messages.stats()).http).toMatchObject({ delivered: 1, dead: 0 });
  });
});
