import type { DeliveryRecord } from "@dest/core";
import { describe, expect, test } from "vitest";
import { type Received, receiver } from "./receiver.js";
import { setUp } from "./set-up.js";

/** Answers its first requests with redirects, then with 200. */
function redirecting(status: number, ...locations: string[]) {
  return receiver((response, _request, attempt) => {
    const location = locations[attempt - 1];
    if (location === undefined) response.end("arrived");
    else response.writeHead(status, { location }).end("moved");
  });
}

const shown = ({ method, url, body }: Received) => [method, url, body.toString()];
const attemptOf = (record: DeliveryRecord) => record.attempts[0];

describe("method and body, by the Fetch standard", () => {
  test.each([
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "POST", "GET", ""],
    [307, "POST", "POST", '{"a":1}'],
    [308, "POST", "POST", '{"a":1}'],
    [301, "PUT", "PUT", '{"a":1}'],
    [302, "PATCH", "PATCH", '{"a":1}'],
    [303, "PUT", "GET", ""],
    [303, "DELETE", "GET", ""],
  ])("%i after %s is %s", async (status, method, then, body) => {
    const target = await redirecting(status, "/next?page=2#part");
    const { send, next } = setUp();
    await send({ method, url: `${target.origin}/first`, data: { a: 1 } });
    const { receipt } = await next("delivered");
    expect(receipt).toEqual({ status: 200, url: `${target.origin}/next?page=2` });
    expect(target.requests.map(shown)).toEqual([
      [method, "/first", '{"a":1}'],
      [then, "/next?page=2", body],
    ]);
    const { headers } = target.requests[1] as Received;
    expect(headers["content-type"]).toBe(body === "" ? undefined : "application/json");
  });

  test.each(["GET", "HEAD"])("%s stays what it is", async (method) => {
    const target = await redirecting(303, "/next");
    const { send, next } = setUp();
    await send({ method, url: target.origin });
    await next("delivered");
    expect(target.requests.map((request) => request.method)).toEqual([method, method]);
  });

  test("bytes go out again as they are", async () => {
    const target = await redirecting(307, "/next");
    const { send, next } = setUp();
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    await send({ url: target.origin, data: bytes });
    await next("delivered");
    expect(target.requests[1]?.body.equals(bytes)).toBe(true);
  });
});

describe("headers", () => {
  const headers = {
    Authorization: "Bearer PLANTED",
    Cookie: "sid=PLANTED",
    "X-Api-Key": "PLANTED",
    "X-Team-Token": "secret",
    Accept: "text/plain",
    "Content-Type": "application/x-own",
  };
  const secret = ["authorization", "cookie", "x-api-key", "x-team-token"];

  test("the same origin gets them all", async () => {
    const target = await redirecting(307, "/next");
    const { send, next } = setUp();
    await send({ url: target.origin, headers, data: "text" });
    await next("delivered");
    const [first, second] = target.requests as [Received, Received];
    expect(second.headers).toEqual(first.headers);
  });

  test("another origin gets no credentials and none of the user's own; the key and what says what it is it gets", async () => {
    const other = await receiver();
    const target = await redirecting(307, `${other.origin.replace("//", "//user:PLANTED@")}/next`);
    const { send, next } = setUp();
    const [id] = await send({ url: target.origin.replace("//", "//user:PLANTED@"), headers, data: "text" });
    const record = await next("delivered");
    const [{ headers: got }] = other.requests as [Received];
    for (const name of secret) expect(got).not.toHaveProperty(name);
    expect(got).toMatchObject({
      accept: "text/plain",
      "content-type": "application/x-own",
      "content-length": "4",
      "idempotency-key": id,
      host: other.origin.slice("http://".length),
    });
    expect(JSON.stringify(record)).not.toContain("PLANTED");
  });

  test("what another origin did not get, it does not get when it leads back", async () => {
    const target = await receiver((response, { url }) => {
      if (url === "/back") response.end();
      else response.writeHead(307, { location: `${other.origin}/there` }).end();
    });
    const other = await receiver((response) =>
      response.writeHead(307, { location: `${target.origin}/back` }).end(),
    );
    const { send, next } = setUp();
    await send({ url: target.origin, headers, data: "text" });
    await next("delivered");
    const back = target.requests[1] as Received;
    expect(back.url).toBe("/back");
    for (const name of secret) expect(back.headers).not.toHaveProperty(name);
  });

  test("a Host of the user's own names the first host only", async () => {
    const target = await redirecting(307, "/next");
    const { send, next } = setUp();
    await send({ url: target.origin, headers: { host: "named.example" } });
    await next("delivered");
    const hosts = target.requests.map((request) => request.headers.host);
    expect(hosts).toEqual(["named.example", target.origin.slice("http://".length)]);
  });
});

describe("how far", () => {
  test("five are followed, and the record shows each", async () => {
    const target = await redirecting(302, "/1", "/2", "/3", "/4", "/5");
    const { send, next } = setUp();
    await send({ url: `${target.origin}/0` });
    const record = await next("delivered");
    expect(target.requests.map(({ url }) => url)).toEqual(["/0", "/1", "/2", "/3", "/4", "/5"]);
    expect(record.attempts).toHaveLength(1);
    expect(attemptOf(record)?.request).toMatchObject({
      url: `${target.origin}/0`,
      redirects: [1, 2, 3, 4, 5].map((hop) => ({
        status: 302,
        method: "GET",
        url: `${target.origin}/${hop}`,
      })),
    });
    expect(attemptOf(record)?.response).toMatchObject({ status: 200, body: "arrived" });
  });

  test("the sixth is a dead letter at once", async () => {
    const target = await receiver((response) => response.writeHead(302, { location: "/again" }).end());
    const { send, next } = setUp();
    await send({ url: target.origin });
    const { error, attempts } = await next("dead");
    expect(error?.code).toBe("DEST_HTTP_REDIRECT");
    expect(error?.message).toMatch(/a redirect to \/again, after 5 others/);
    expect(attempts).toHaveLength(1);
    expect(target.requests).toHaveLength(6);
  });

  test.each(["ftp://127.0.0.1/", "file:///etc/passwd", "http://", "javascript:alert(1)"])(
    "%s is not followed",
    async (location) => {
      const target = await redirecting(302, location);
      const { send, next } = setUp();
      await send({ url: target.origin });
      const { error } = await next("dead");
      expect(error?.code).toBe("DEST_HTTP_REDIRECT");
      expect(error?.message).toContain("where nothing can be sent to");
    },
  );

  test('with redirect: "error" it is a dead letter that names the address', async () => {
    const target = await redirecting(308, "/elsewhere?token=PLANTED");
    const { send, next } = setUp({ redirect: "error" });
    await send({ url: target.origin });
    const { error } = await next("dead");
    expect(error?.code).toBe("DEST_HTTP_STATUS");
    expect(error?.message).toContain("308, a redirect to /elsewhere?…: send to that address instead");
    expect(target.requests).toHaveLength(1);
  });

  test.each([300, 304, 305, 306])("%i is none to follow", async (status) => {
    const target = await redirecting(status, "/elsewhere");
    const { send, next } = setUp();
    await send({ url: target.origin });
    expect((await next("dead")).error?.code).toBe("DEST_HTTP_STATUS");
    expect(target.requests).toHaveLength(1);
  });

  test("one timeout for all of them; the next attempt begins at the first", async () => {
    const target = await receiver((response, { url }, attempt) => {
      if (url === "/") response.writeHead(302, { location: "/slow" }).end();
      else if (attempt > 2) response.end();
    });
    const { clock, send, next } = setUp();
    await send({ url: target.origin });
    await target.next();
    await target.next();
    await clock.advance(30_000);
    const { attempts } = await next("retry");
    expect(attempts[0]).toMatchObject({ durationMs: 30_000, error: { code: "DEST_TIMEOUT" } });
    await clock.advance(2_000);
    await next("delivered");
    expect(target.requests.map(({ url }) => url)).toEqual(["/", "/slow", "/", "/slow"]);
  });

  test("a location in UTF-8 is understood", async () => {
    const target = await receiver((response, { url }) => {
      if (url !== "/") response.end();
      else response.socket?.end("HTTP/1.1 302 Found\r\nlocation: /überall\r\ncontent-length: 0\r\n\r\n");
    });
    const { send, next } = setUp();
    await send({ url: target.origin });
    await next("delivered");
    expect(target.requests[1]?.url).toBe("/%C3%BCberall");
  });
});

test("another value for redirect is refused", () => {
  expect(() => setUp({ redirect: "manual" as never })).toThrow(
    expect.objectContaining({ code: "DEST_INVALID_OPTION", message: expect.stringMatching(/^redirect: /) }),
  );
});
