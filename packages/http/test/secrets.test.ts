import type { DestError, Policy } from "@dest/core";
import { expect, test } from "vitest";
import type { HttpOptions } from "../src/index.js";
import { type HttpRequest, prepare } from "../src/request.js";
import { expectNoSecret } from "./no-secret.js";
import { nobody, receiver } from "./receiver.js";
import { setUp } from "./set-up.js";
import { thrownBy } from "./thrown-by.js";

/** Requests that together hold a secret in every place where one may stand. */
function requestsTo(origin: string): HttpRequest[] {
  const url = `${origin}/in?token=PLANTED&page=1`;
  const userinfo = (of: string) => of.replace("//", "//PLANTED:PLANTED@");
  return [
    { url, auth: { username: "PLANTED", password: "PLANTED" } },
    { url: userinfo(url) },
    { url: userinfo(url), auth: { username: "PLANTED", password: "PLANTED" } },
    {
      url,
      params: { access_token: "PLANTED", API_KEY: "PLANTED" },
      headers: { Authorization: "Bearer PLANTED", COOKIE: "sid=PLANTED", "X-Api-Key": "PLANTED" },
    },
    { url, headers: { "Proxy-Authorization": "PLANTED" }, data: { name: "Luke" } },
  ];
}

/** An instance that also keeps the errors it decides by. */
function watched(options: HttpOptions & Policy = {}) {
  const errors: DestError[] = [];
  const shouldRetry = (error: DestError) => {
    errors.push(error);
    return true;
  };
  return { ...setUp({ ...options, pause: false, retry: { shouldRetry } }), errors };
}

test("answers of every kind leave no secret in a record, an event or an error", async () => {
  for (const status of [200, 302, 404, 503]) {
    const target = await receiver((response) => {
      const headers = {
        "set-cookie": ["sid=PLANTED", "b=PLANTED"],
        location: `${target.origin}/?token=PLANTED`,
      };
      response.writeHead(status, headers);
      response.end("done");
    });
    const { dest, events, errors, send, next } = watched();
    const requests = requestsTo(target.origin);
    await send(...requests);
    const outcome = status === 200 ? "delivered" : status === 503 ? "retry" : "dead";
    for (let i = 0; i < requests.length; i++) await next(outcome);
    // They did go out.
    expect(target.requests.every(({ url }) => url.includes("token=PLANTED"))).toBe(true);
    const { items } = await dest.messages.list();
    expect(items).toHaveLength(requests.length);
    expectNoSecret(items, events, errors);
  }
});

test("neither does a timeout", async () => {
  const target = await receiver(() => {});
  const { clock, dest, events, errors, send, next } = watched();
  const requests = requestsTo(target.origin);
  await send(...requests);
  for (let i = 0; i < requests.length; i++) await target.next();
  await clock.advance(30_000);
  for (let i = 0; i < requests.length; i++) await next("retry");
  expect(errors).toHaveLength(requests.length);
  expectNoSecret((await dest.messages.list()).items, events, errors);
});

test("nor a connection that fails", async () => {
  const closing = await receiver((_response, { socket }) => socket.destroy());
  const { origin: refusing } = await nobody();
  const { dest, events, errors, send, next } = watched();
  const requests = [...requestsTo(closing.origin), ...requestsTo(refusing)];
  await send(...requests);
  for (let i = 0; i < requests.length; i++) await next("retry");
  expect(errors).toHaveLength(requests.length);
  expectNoSecret((await dest.messages.list()).items, events, errors);
});

test("nor a redirect, to whatever address", async () => {
  const other = await receiver((response) => response.writeHead(404).end());
  const userinfo = other.origin.replace("//", "//PLANTED:PLANTED@");
  const locations = [
    `${userinfo}/?api_key=PLANTED#token=PLANTED`,
    "/?token=PLANTED",
    "ftp://PLANTED@a/?key=PLANTED",
  ];
  for (const location of locations) {
    const target = await receiver((response) => response.writeHead(307, { location }).end());
    const { dest, events, errors, send, next } = watched();
    const requests = requestsTo(target.origin);
    await send(...requests);
    for (let i = 0; i < requests.length; i++) await next("dead");
    expectNoSecret((await dest.messages.list()).items, events, errors);
  }
  expect(other.requests[0]?.url).toBe("/?api_key=PLANTED");
});

const signingSecret = `whsec_${Buffer.from("PLANTED".repeat(5)).toString("base64")}`;

test.each<[string, (unused: string) => HttpOptions]>([
  [
    "the secret of signatures",
    () => ({ sign: { secrets: [signingSecret, Buffer.from("PLANTED".repeat(5))] } }),
  ],
  [
    "the password of a proxy that is not there",
    (unused) => ({ proxy: unused.replace("//", "//PLANTED:PLANTED@") }),
  ],
  ["a key that cannot be read", () => ({ tls: { key: "PLANTED", cert: "PLANTED", passphrase: "PLANTED" } })],
])("nor an option: %s", async (_, options) => {
  const target = await receiver((response) => response.writeHead(503).end());
  const { origin: unused } = await nobody();
  const { dest, events, errors, send, next } = watched(options(unused));
  await send({ url: target.origin, data: { a: 1 } });
  await next("retry");
  expect(errors).toHaveLength(1);
  expectNoSecret((await dest.messages.list()).items, events, errors);
});

test.each<[string, HttpOptions]>([
  ["sign", { sign: "whsec_PLANTED" as never }],
  ["proxy", { proxy: "socks://PLANTED:PLANTED@127.0.0.1" }],
  ["proxy", { proxy: "PLANTED" }],
  ["tls", { tls: "PLANTED" as never }],
])("an option that is refused is not quoted either: %s %#", (name, options) => {
  const error = thrownBy(() => setUp(options));
  expect(error.code).toBe("DEST_INVALID_OPTION");
  expect(error.message).toMatch(new RegExp(`^${name}\\b`));
  expectNoSecret(error);
});

test.each<[string, unknown]>([
  ["the whole request", "https://PLANTED@example.com/?token=PLANTED"],
  ["a URL of another protocol", { url: "ftp://user:PLANTED@example.com/?token=PLANTED" }],
  ["a URL that does not parse", { url: "https://user:PLANTED@exa mple.com/" }],
  ["a URL without its host", { url: "/in?token=PLANTED" }],
  [
    "a header with the line break of the file it was read from",
    { headers: { Authorization: "Bearer PLANTED\n" } },
  ],
  ["headers that are text", { headers: "authorization: PLANTED" }],
  ["params that are text", { params: "token=PLANTED" }],
  ["auth that is text", { auth: "user:PLANTED" }],
  ["a user name with the password in it", { auth: { username: "user:PLANTED", password: "" } }],
  ["a password that is no text", { auth: { username: "user", password: ["PLANTED"] } }],
])("a refused value is not quoted where it may hold a secret: %s", (_, given) => {
  const request = typeof given === "object" ? { url: "https://example.com", ...given } : given;
  const error = thrownBy(() => prepare(request as HttpRequest));
  expect(error.code).toBe("DEST_INVALID_PAYLOAD");
  expect(error.message).toMatch(/for (the request|url|headers|params|auth)/);
  expectNoSecret(error, error.message);
});
