import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../src/json.js";
import { redactor } from "../src/redact.js";

const hidden = "[redacted]";
const redact = redactor();

const secretKeys = ["authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key", "auth"];
const secretParams = ["token", "access_token", "api_key", "apikey", "key", "secret", "signature", "password"];

describe("values under secret keys are hidden", () => {
  test.each(secretKeys)("%s, in any case and at any depth", (key) => {
    const mixed = key.replace(/^./, (letter) => letter.toUpperCase());
    expect(redact({ [key]: "s3cret", [key.toUpperCase()]: ["s3cret"], kept: "a" })).toEqual({
      [key]: hidden,
      [key.toUpperCase()]: hidden,
      kept: "a",
    });
    expect(redact({ request: [{ headers: { [mixed]: { inner: "s3cret" } } }] })).toEqual({
      request: [{ headers: { [mixed]: hidden } }],
    });
  });

  test("the user's own names are added to the built-in ones", () => {
    const both = redactor(["X-Internal", "pin"])({ "x-internal": "1", Pin: 1234, auth: "a", pinned: "b" });
    expect(both).toEqual({ "x-internal": hidden, Pin: hidden, auth: hidden, pinned: "b" });
  });

  test("a key that only resembles one is not", () => {
    const given = { author: "a", "set-cookies": "b", authorized: true, key: "c", token: "d" };
    expect(redact(given)).toEqual(given);
  });
});

describe("what a recorded URL gives away is hidden", () => {
  test.each(secretParams)("the query parameter %s, in any case and percent-encoded", (name) => {
    const encoded = [...name].map((char) => `%${char.charCodeAt(0).toString(16)}`).join("");
    for (const shown of [name, name.toUpperCase(), encoded]) {
      const url = (value: string) => `https://host/path?a=1&${shown}=${value}&b=2#end`;
      expect(redact({ url: url("s3cret") })).toEqual({ url: url(hidden) });
      expect(redact(`https://host/?${shown}=s3cret`)).toBe(`https://host/?${shown}=${hidden}`);
    }
  });

  test("the user's own names count as parameters", () => {
    expect(redactor(["Sig"])("https://host/?sig=s3cret&a=1")).toBe(`https://host/?sig=${hidden}&a=1`);
  });

  test.each([
    ["https://user:s3cret@host/path", `https://${hidden}@host/path`],
    ["https://user@host", `https://${hidden}@host`],
    ["postgres://user:s3@cret@host:5432/db?a=1", `postgres://${hidden}@host:5432/db?a=1`],
    ["https://user:s3cret@host?token=s3cret", `https://${hidden}@host?token=${hidden}`],
    ["https://host/?token=s3cret&token=s3cret", `https://host/?token=${hidden}&token=${hidden}`],
    ["https://host/??token=s3cret", `https://host/??token=${hidden}`],
    ["HTTPS://host/?%zz=1&token=s3cret", `HTTPS://host/?%zz=1&token=${hidden}`],
  ])("%s", (url, shown) => {
    expect(redact({ request: { url } })).toEqual({ request: { url: shown } });
  });

  test.each([
    "https://host/a@b?mail=a@b&tokens=1&monkey=2",
    "https://host/token=1?q=token#token",
    "mailto:a@b",
  ])("%s stays as it is", (url) => {
    expect(redact(url)).toBe(url);
  });
});

describe("long text is cut", () => {
  test("each text at 4,096 characters, and it says how many are missing", () => {
    const fits = "a".repeat(4_096);
    expect(redact({ fits, long: `${fits}bc` })).toEqual({ fits, long: `${fits}… (2 more characters)` });
  });

  test("after its secrets are hidden, so that no part of them is left", () => {
    const url = `https://host/?a=${"a".repeat(4_070)}&token=s3cret`;
    expect(JSON.stringify(redact({ url }))).not.toContain("s3");
  });

  test("whatever a part holds, about 32,768 characters of it are kept", () => {
    const large: JsonValue[] = [
      new Array(20).fill("a".repeat(4_096)),
      new Array(100_000).fill("a few words"),
      new Array(100_000).fill({}),
      Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key ${i}`, i])),
    ];
    for (const part of large) expect(JSON.stringify(redact(part)).length).toBeLessThan(150_000);
  });

  test("and it says how many members are missing", () => {
    const text = "a".repeat(4_096);
    const shown = redact(new Array(20).fill(text)) as string[];
    expect(shown.slice(0, 7)).toEqual(new Array(7).fill(text));
    expect(shown.slice(7)).toEqual([`${text.slice(0, 4_088)}… (8 more characters)`, "… (12 more)"]);
    const keys = Array.from({ length: 20 }, (_, i) => [`k${String(i).padStart(2, "0")}`, text]);
    const record = redact(Object.fromEntries(keys)) as Record<string, string>;
    expect(Object.keys(record).at(-1)).toBe("…");
    expect(record["…"]).toBe("12 more");
  });

  test("each part has room of its own", () => {
    const part = new Array(7).fill("a".repeat(4_096));
    expect(redact(part)).toEqual(part);
    expect(redact(part)).toEqual(part);
  });

  test("what is nested without end is cut, not followed", () => {
    const cycle: { self?: JsonValue } = {};
    cycle.self = cycle;
    const text = JSON.stringify(redact(cycle));
    expect(text.startsWith('{"self":{"self":')).toBe(true);
    expect(text).toContain('"…"');
  });
});

test("nothing else is altered", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (part) => {
      fc.pre(!JSON.stringify(part).includes("://"));
      const names = new Set(secretKeys);
      const isSecret = (value: unknown): boolean =>
        typeof value === "object" &&
        value !== null &&
        Object.entries(value).some(([key, member]) => names.has(key.toLowerCase()) || isSecret(member));
      fc.pre(!isSecret(part));
      expect(redact(part as JsonValue)).toStrictEqual(part);
    }),
  );
});

test("a key __proto__ stays a key", () => {
  const part: JsonValue = JSON.parse('{ "__proto__": { "auth": "s3cret", "a": 1 } }');
  expect(JSON.stringify(redact(part))).toBe('{"__proto__":{"auth":"[redacted]","a":1}}');
});

test("what was given is not changed", () => {
  const part = { auth: "s3cret", list: ["https://u:p@host"], none: undefined };
  expect(redact(part)).toStrictEqual({ auth: hidden, list: [`https://${hidden}@host`] });
  expect(part).toStrictEqual({ auth: "s3cret", list: ["https://u:p@host"], none: undefined });
});

describe("messages", () => {
  test("are searched in one go, however long their words", () => {
    const long = "a".repeat(150_000);
    expect(redact.text(`${long} https://host/?${"?".repeat(150_000)}token=s3cret`)).not.toContain("s3cret");
  });

  test("hide what the URLs in them give away, and keep the rest", () => {
    const message =
      "GET https://u:s3cret@host/?token=s3cret failed (see 'http://docs/?a=1&key=s3cret') after 3 s; u:p@x";
    expect(redact.text(message)).toBe(
      `GET https://${hidden}@host/?token=${hidden} failed (see 'http://docs/?a=1&key=${hidden}') after 3 s; u:p@x`,
    );
  });

  test("without a URL stay as they are", () => {
    for (const message of ["", "token=1", "a: b", "user:pass@host"])
      expect(redact.text(message)).toBe(message);
  });
});

test("a secret parameter is hidden wherever a text quotes it: in a path, a link header, a fragment", () => {
  const texts = [
    "/cb?token=s3cret",
    "<https://host/?a=1&token=s3cret>; rel=next",
    "see /cb?x=1#access_token=s3cret",
  ];
  for (const text of [...texts, "https://host/#access_token=s3cret"]) {
    expect(redact(text)).toBe(text.replace("s3cret", hidden));
    expect(redact.text(text)).toBe(text.replace("s3cret", hidden));
  }
});

test("names of the user's own are hidden in messages too", () => {
  expect(redactor(["Sig"]).text("GET https://host/?sig=s3cret failed")).toBe(
    `GET https://host/?sig=${hidden} failed`,
  );
});
