import { inspect } from "node:util";
import type { DestError, Policy } from "@dest/core";
import { expect, test } from "vitest";
import { type HttpRequest, prepare } from "../src/request.js";
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

const forms = ["PLANTED", btoa("PLANTED:PLANTED")];

function expectNoSecret(...shown: readonly unknown[]): void {
  for (const one of shown) {
    for (const form of forms) {
      expect(JSON.stringify(one)).not.toContain(form);
      expect(inspect(one, { depth: Number.POSITIVE_INFINITY })).not.toContain(form);
    }
  }
}

/** An instance that also keeps the errors it decides by. */
function watched(policy: Policy = {}) {
  const errors: DestError[] = [];
  const shouldRetry = (error: DestError) => {
    errors.push(error);
    return true;
  };
  return { ...setUp({ ...policy, pause: false, retry: { shouldRetry } }), errors };
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
