import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { HttpRequest } from "../src/index.js";
import { setUp } from "./set-up.js";

/** What arrives at a socket until the sender has its answer. `{port}` and `{id}` in `expected` are filled in. */
async function bytesOf(request: (origin: string) => HttpRequest) {
  let seen = "";
  const server = createServer((socket) => {
    socket.on("data", (data) => {
      seen += data.toString("latin1");
      const end = seen.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/.exec(seen)?.[1] ?? 0);
      if (end >= 0 && seen.length >= end + 4 + length) socket.end("HTTP/1.1 204 No Content\r\n\r\n");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const { send, next } = setUp();
  const [id = ""] = await send(request(`http://127.0.0.1:${port}`));
  await next("delivered");
  return seen.replaceAll(String(port), "{port}").replaceAll(id, "{id}");
}

function head(start: string, ...headers: string[]): string {
  const own = [
    "host: 127.0.0.1:{port}",
    "connection: keep-alive",
    "user-agent: dest",
    "idempotency-key: {id}",
  ];
  return [`${start} HTTP/1.1`, ...own, ...headers, "", ""].join("\r\n");
}

const utf8 = (text: string) => Buffer.from(text).toString("latin1");
const basic = (text: string) => `authorization: Basic ${Buffer.from(text).toString("base64")}`;

const shapes: readonly (readonly [
  what: string,
  request: Omit<HttpRequest, "url"> & { path?: string; userinfo?: string },
  expected: string,
])[] = [
  ["a URL alone", {}, head("GET /")],
  ["a method in any case", { method: "delete" }, head("DELETE /")],
  ["a POST without data", { method: "POST" }, head("POST /", "content-length: 0")],
  [
    "an object",
    { data: { name: "Łuk", at: new Date(0), gone: undefined } },
    head("POST /", "content-type: application/json", "content-length: 47") +
      utf8('{"name":"Łuk","at":"1970-01-01T00:00:00.000Z"}'),
  ],
  [
    "an array",
    { data: [1, null, "a"] },
    `${head("POST /", "content-type: application/json", "content-length: 12")}[1,null,"a"]`,
  ],
  ["a string", { data: "é\r\n" }, `${head("POST /", "content-length: 4")}${utf8("é\r\n")}`],
  ["an empty string", { data: "" }, head("POST /", "content-length: 0")],
  ["bytes", { data: Buffer.from([0, 255, 10]) }, `${head("POST /", "content-length: 3")}\x00\xff\n`],
  [
    "a form",
    { data: new URLSearchParams({ a: "1 2", b: "é" }) },
    head(
      "POST /",
      "content-type: application/x-www-form-urlencoded;charset=UTF-8",
      "content-length: 14",
    ).concat("a=1+2&b=%C3%A9"),
  ],
  [
    "a content-type of the user's own",
    { data: { a: 1 }, headers: { "Content-Type": "application/vnd.own+json" } },
    `${head("POST /", "content-type: application/vnd.own+json", "content-length: 7")}{"a":1}`,
  ],
  [
    "a query and params",
    { path: "/a!b?c=+%20", params: { d: "é&", e: 2, f: true } },
    head("GET /a!b?c=+%20&d=%C3%A9%26&e=2&f=true"),
  ],
  [
    "headers",
    { headers: { "X-Text": "é", "x-number": 5, "x-bool": false } },
    head("GET /", "x-text: \xe9", "x-number: 5", "x-bool: false"),
  ],
  ["auth", { auth: { username: "user", password: "pä:ss" } }, head("GET /", basic("user:pä:ss"))],
  ["userinfo", { userinfo: "us%40er:pass" }, head("GET /", basic("us@er:pass"))],
  ["GET with a body", { method: "GET", data: "text" }, `${head("GET /", "content-length: 4")}text`],
];

test.each(shapes)("%s", async (_, { path = "/", userinfo, ...request }, expected) => {
  const at = userinfo === undefined ? "//" : `//${userinfo}@`;
  expect(await bytesOf((origin) => ({ ...request, url: origin.replace("//", at) + path }))).toBe(expected);
});

test("an idempotency key of the user's own wins", async () => {
  const seen = await bytesOf((url) => ({ url, headers: { "Idempotency-Key": "mine" } }));
  expect(seen).toBe(head("GET /").replace("{id}", "mine"));
});
