import { describe, expect, test } from "vitest";
import { type HttpRequest, prepare } from "../src/request.js";
import { originOf, toDispatch } from "../src/to-dispatch.js";
import { thrownBy } from "./thrown-by.js";

const url = "https://example.com/in";
const prepared = (request: Partial<HttpRequest>) => prepare({ url, ...request });
/** For what types forbid and programs without types do. */
const refusal = (request: object) => thrownBy(() => prepare({ url, ...request } as HttpRequest));

function refuses(request: object, ...parts: string[]): void {
  const { code, message } = refusal(request);
  expect(code).toBe("DEST_INVALID_PAYLOAD");
  for (const part of parts) expect(message).toContain(part);
}

describe("method", () => {
  test("is GET without data, POST with it", () => {
    expect(prepared({}).method).toBe("GET");
    expect(prepared({ data: {} }).method).toBe("POST");
    expect(prepared({ data: "" }).method).toBe("POST");
    expect(prepared({ data: undefined, method: undefined }).method).toBe("GET");
  });

  test.each(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])(
    "%s, in any case",
    (name) => {
      expect(prepared({ method: name }).method).toBe(name);
      expect(prepared({ method: name.toLowerCase() }).method).toBe(name);
      expect(prepared({ method: name[0] + name.slice(1).toLowerCase(), data: "x" }).method).toBe(name);
    },
  );

  test("CONNECT is refused, and it is said why", () => {
    refuses({ method: "CONNECT" }, "invalid value CONNECT for method", "tunnel");
    refuses({ method: "connect" }, "tunnel");
  });

  test.each(["", "FETCH", "GET ", "POST\r\nx: y", 5, null, {}, ["GET"]])("%j is refused", (method) => {
    refuses({ method }, "for method");
  });
});

describe("url", () => {
  test("is a string or a URL", () => {
    expect(prepared({ url: "https://example.com/in?a=1" }).url).toBe("https://example.com/in?a=1");
    expect(prepared({ url: new URL("https://example.com/in?a=1") }).url).toBe("https://example.com/in?a=1");
  });

  test("changing a URL object afterwards changes nothing, and neither does sending change it", () => {
    const given = new URL("https://user:pass@example.com/in#top");
    const { url: kept } = prepared({ url: given, params: { a: 1 } });
    expect(given.href).toBe("https://user:pass@example.com/in#top");
    given.pathname = "/other";
    expect(kept).toBe("https://example.com/in?a=1");
  });

  test("`!` and other characters survive as they were written", () => {
    const written = "https://example.com/a!b/(c)*~/d'e;f=1,2/%2F%41?q=a!b+c%20d&list[]=(1)*~,;:@$/?";
    expect(prepared({ url: written }).url).toBe(written);
  });

  test("the fragment is dropped", () => {
    expect(prepared({ url: "https://example.com/in?a=1#part" }).url).toBe("https://example.com/in?a=1");
    expect(prepared({ url: "https://example.com/#" }).url).toBe("https://example.com/");
  });

  test("a host alone gets a path", () => {
    expect(prepared({ url: "https://example.com" }).url).toBe("https://example.com/");
    expect(prepared({ url: "https://example.com?a=1" }).url).toBe("https://example.com/?a=1");
  });

  test("what is no URL is refused as the published checker words it", () => {
    expect(refusal({ url: undefined }).message).toBe("invalid value undefined for url");
    for (const wrong of ["", "example.com", "/in", 5, null, {}, ["https://example.com"]])
      refuses({ url: wrong }, "for url");
  });

  test.each(["ftp://example.com/", "file:///etc/passwd", "javascript:1", "ws://example.com/", "data:,x"])(
    "%s is refused: only http and https are sent to",
    (wrong) => refuses({ url: wrong }, "for url", "http"),
  );
});

describe("params", () => {
  test("are added to the query that is there, which stays as it was written", () => {
    const { url: merged } = prepared({
      url: "https://example.com/in?a=!+%20&a=2",
      params: { b: "x y&z", a: 3 },
    });
    expect(merged).toBe("https://example.com/in?a=!+%20&a=2&b=x%20y%26z&a=3");
  });

  test("begin the query where there is none", () => {
    expect(prepared({ params: { a: 1 } }).url).toBe("https://example.com/in?a=1");
    expect(prepared({ url: "https://example.com/in?", params: { a: 1 } }).url).toBe(
      "https://example.com/in?a=1",
    );
    expect(prepared({ url: "https://example.com/in#x", params: { a: 1 } }).url).toBe(
      "https://example.com/in?a=1",
    );
  });

  test("are strings, numbers and booleans; undefined is absent", () => {
    const params = { s: "", n: 0, b: false, gone: undefined };
    expect(prepared({ params }).url).toBe("https://example.com/in?s=&n=0&b=false");
    expect(prepared({ params: { gone: undefined } }).url).toBe(url);
    expect(prepared({ params: {} }).url).toBe(url);
    expect(prepared({ params: undefined }).url).toBe(url);
  });

  test("any text arrives as it was given, names too", () => {
    const names = ["é", "你好 🎉", "a=b&c#d", "100%", "+", "\r\n"];
    const params = Object.fromEntries(names.map((name) => [name, name]));
    expect([...new URL(prepared({ params }).url).searchParams]).toEqual(names.map((name) => [name, name]));
  });

  test("half of a surrogate pair, which has no encoding, becomes a replacement character", () => {
    expect(new URL(prepared({ params: { a: "\ud800" } }).url).searchParams.get("a")).toBe("\ufffd");
  });

  test("anything else is refused by its name", () => {
    for (const wrong of [null, {}, [1], new Date(0), () => 1, 1n, Symbol("s")])
      refuses({ params: { page: wrong } }, "for params.page");
    for (const wrong of [null, 5, "a=1", [], new URLSearchParams("a=1"), new Map([["a", 1]])])
      refuses({ params: wrong }, "for params");
  });
});

describe("headers", () => {
  test("are strings, numbers and booleans; undefined is absent; names in lower case", () => {
    const headers = {
      Accept: "text/plain",
      "X-Number": 5,
      "x-flag": true,
      "x-empty": "",
      "x-gone": undefined,
    };
    expect(prepared({ headers }).headers).toEqual({
      accept: "text/plain",
      "x-number": "5",
      "x-flag": "true",
      "x-empty": "",
    });
    expect(prepared({ headers: undefined }).headers).toEqual({});
  });

  test("a value may hold tabs and Latin-1", () => {
    expect(prepared({ headers: { x: "a\tb é ÿ" } }).headers).toEqual({ x: "a\tb é ÿ" });
  });

  test.each(["a\r\nx-evil: 1", "a\nb", "a\rb", "a\0b", "a\x1fb", "a\x7fb", "日本", "ā"])(
    "%j is refused by the header's name",
    (value) => refuses({ headers: { "x-name": value } }, "for headers.x-name"),
  );

  test.each(["", "a b", "a:b", "a\r\nb", "é", "a(b)"])("%j is no name of a header", (name) => {
    refuses({ headers: { [name]: "x" } }, "for headers");
  });

  test("anything else is refused by its name", () => {
    for (const wrong of [null, {}, ["a"], new Date(0), () => 1, 1n, Symbol("s")])
      refuses({ headers: { accept: wrong } }, "for headers.accept");
    for (const wrong of [null, 5, "accept: x", [], new Headers({ accept: "x" }), new Map([["accept", "x"]])])
      refuses({ headers: wrong }, "for headers");
  });

  test("what belongs to the connection, or is computed, is left out", () => {
    const headers = {
      Connection: "close",
      "Keep-Alive": "1",
      "Transfer-Encoding": "chunked",
      "Content-Length": 99,
    };
    expect(prepared({ headers, data: "x" }).headers).toEqual({});
  });

  test.each(["upgrade", "Expect"])("%s is refused: it cannot be sent", (name) => {
    refuses({ headers: { [name]: "x" } }, `for headers.${name}`);
  });
});

describe("auth", () => {
  test("becomes Basic authentication", () => {
    const auth = { username: "Luke", password: "p:ä 🎉" };
    const { headers } = prepared({ auth });
    expect(headers).toEqual({ authorization: `Basic ${Buffer.from("Luke:p:ä 🎉").toString("base64")}` });
  });

  test("either may be empty", () => {
    const auth = { username: "key", password: "" };
    expect(prepared({ auth }).headers).toEqual({ authorization: `Basic ${btoa("key:")}` });
    expect(prepared({ auth: { username: "", password: "key" } }).headers).toEqual({
      authorization: `Basic ${btoa(":key")}`,
    });
  });

  test("both are needed", () => {
    refuses({ auth: {} }, "invalid value undefined for auth.username");
    refuses({ auth: { username: "a" } }, "invalid value undefined for auth.password");
    refuses({ auth: { password: "a" } }, "invalid value undefined for auth.username");
    refuses({ auth: { username: 5, password: "a" } }, "for auth.username");
    refuses({ auth: { username: "a", password: null } }, "for auth.password");
    refuses({ auth: null }, "for auth");
    refuses({ auth: "a:b" }, "for auth");
  });

  test("a colon in the name is refused: the receiver would take the rest for the password", () => {
    refuses({ auth: { username: "a:b", password: "c" } }, "for auth.username", "colon");
  });

  test("undefined is absent", () => {
    expect(prepared({ auth: undefined }).headers).toEqual({});
  });

  test("it replaces an authorization header", () => {
    const headers = { Authorization: "Bearer x" };
    expect(prepared({ headers, auth: { username: "a", password: "b" } }).headers).toEqual({
      authorization: `Basic ${btoa("a:b")}`,
    });
    expect(prepared({ headers }).headers).toEqual({ authorization: "Bearer x" });
  });

  test.each([
    ["user:pass", "user:pass"],
    ["user", "user:"],
    [":pass", ":pass"],
    ["us%20er:p%40ss%3Aw%C3%A4", "us er:p@ss:wä"],
    ["user:100%", "user:100%"],
  ])(
    "userinfo in the URL, %s@, becomes Basic authentication and is not kept in the URL",
    (userinfo, sent) => {
      const { url: kept, headers } = prepared({ url: `https://${userinfo}@example.com/in` });
      expect(kept).toBe(url);
      expect(headers.authorization).toBe(`Basic ${Buffer.from(sent).toString("base64")}`);
    },
  );

  test("auth wins over userinfo, which is not kept then either", () => {
    const request = prepared({ url: "https://u:p@example.com/in", auth: { username: "a", password: "b" } });
    expect(request).toEqual({ method: "GET", url, headers: { authorization: `Basic ${btoa("a:b")}` } });
    expect(originOf(request)).toBe("https://example.com");
  });
});

describe("data", () => {
  const json = { "content-type": "application/json" };

  test("an object or array is JSON", () => {
    expect(prepared({ data: { name: "Luke", side: undefined } })).toMatchObject({
      headers: json,
      body: '{"name":"Luke"}',
    });
    expect(prepared({ data: [1, "a", null] })).toMatchObject({ headers: json, body: '[1,"a",null]' });
    expect(prepared({ data: [] }).body).toBe("[]");
  });

  test("dates become ISO text, at any depth", () => {
    const at = new Date(0);
    expect(prepared({ data: { at, list: [{ at }] } }).body).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","list":[{"at":"1970-01-01T00:00:00.000Z"}]}',
    );
  });

  test("a string is sent as it is, without a content type", () => {
    expect(prepared({ data: '{"a": 1}' })).toEqual({ method: "POST", url, headers: {}, body: '{"a": 1}' });
    expect(prepared({ data: "" }).body).toBe("");
  });

  test("bytes are sent as they are, without a content type", () => {
    const bytes = Uint8Array.of(0, 255, 10, 13);
    const { buffer } = Uint8Array.of(1, 2, 3, 4, 5, 6);
    for (const [data, expected] of [
      [Buffer.from(bytes), bytes],
      [bytes, bytes],
      [bytes.buffer, bytes],
      [new DataView(buffer, 1, 2), Uint8Array.of(2, 3)],
      [new Uint16Array(buffer, 2, 2), Uint8Array.of(3, 4, 5, 6)],
      [Buffer.alloc(0), new Uint8Array()],
    ] as const) {
      const { body, headers } = prepared({ data });
      expect(Buffer.from(body as Uint8Array)).toEqual(Buffer.from(expected));
      expect(headers).toEqual({});
    }
  });

  test("URLSearchParams are a form", () => {
    const { headers, body } = prepared({ data: new URLSearchParams({ a: "1 2", b: "ä&" }) });
    expect(headers).toEqual({ "content-type": "application/x-www-form-urlencoded;charset=UTF-8" });
    expect(body).toBe("a=1+2&b=%C3%A4%26");
  });

  test("a content type of the user's own wins", () => {
    const headers = { "Content-Type": "application/vnd.x+json" };
    const expected = { "content-type": "application/vnd.x+json" };
    expect(prepared({ headers, data: {} }).headers).toEqual(expected);
    expect(prepared({ headers, data: new URLSearchParams() }).headers).toEqual(expected);
    expect(prepared({ headers, data: "x" }).headers).toEqual(expected);
  });

  test("undefined is no body", () => {
    expect(prepared({ data: undefined })).not.toHaveProperty("body");
  });

  test.each([null, 5, 0, true, false, 1n, () => 1, Symbol("s")])("%s is refused", (data) => {
    refuses({ data }, "for data");
  });

  test("what JSON would silently empty is refused with its path", () => {
    for (const wrong of [new Map(), new Set(), new Blob(["x"]), new FormData(), Promise.resolve(1)]) {
      refuses({ data: { a: { b: wrong } } }, "for data.a.b");
      refuses({ data: wrong }, "for data");
    }
    refuses({ data: { list: [1, { seen: new Set() }] } }, "for data.list.1.seen");
  });

  test("bytes inside of JSON are refused with their path", () => {
    refuses({ data: { a: { b: Buffer.from("x") } } }, "for data.a.b");
  });

  test("a cycle is refused with its path", () => {
    const a: { b?: object } = {};
    a.b = a;
    refuses({ data: { a } }, "for data.a.b", "cycle");
  });
});

test.each([undefined, null, 5, "https://example.com"])("%j instead of a request is refused", (request) => {
  const { code } = thrownBy(() => prepare(request as unknown as HttpRequest));
  expect(code).toBe("DEST_INVALID_PAYLOAD");
});

describe("what an attempt sends", () => {
  const toSend = (request: Partial<HttpRequest>, key = "run.0") => toDispatch(prepared(request), key);

  test("is the origin, and the path with the query as it was written", () => {
    const { origin, path } = toSend({ url: "http://example.com:8080//a/b?c=/d?e" });
    expect({ origin, path }).toEqual({ origin: "http://example.com:8080", path: "//a/b?c=/d?e" });
    expect(toSend({ url: "http://[::1]:80/" }).origin).toBe("http://[::1]");
  });

  test("carries the message's Idempotency-Key", () => {
    expect(toSend({}, "run.7").headers["idempotency-key"]).toBe("run.7");
  });

  test("carries the user's own Idempotency-Key and User-Agent instead, where given", () => {
    const headers = { "Idempotency-Key": "mine", "User-Agent": "me/1" };
    expect(toSend({ headers }).headers).toEqual({ "idempotency-key": "mine", "user-agent": "me/1" });
  });

  test("a key that fits no header is percent-encoded", () => {
    expect(toSend({}, "order 17/ä\n").headers["idempotency-key"]).toBe("order%2017%2F%C3%A4%0A");
  });

  test("two requests fail together if their origins are the same", () => {
    const origins = [
      "http://a.example",
      "http://a.example:80/x?y",
      "http://A.example/#z",
      "https://a.example/",
    ];
    expect(origins.map((each) => originOf(prepared({ url: each })))).toEqual([
      "http://a.example",
      "http://a.example",
      "http://a.example",
      "https://a.example",
    ]);
  });
});
