import { expect, test } from "vitest";
import { retryAfter } from "../src/retry-after.js";

const now = Date.UTC(1994, 10, 6, 8, 49, 7);

test.each([
  ["0", 0],
  ["2", 2_000],
  [" 120 ", 120_000],
])("seconds: %j", (header, expected) => {
  expect(retryAfter(header, now)).toBe(expected);
});

test.each([
  ["the usual form", "Sun, 06 Nov 1994 08:49:37 GMT"],
  ["the form of RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT"],
  ["the form of asctime, which is GMT too", "Sun Nov  6 08:49:37 1994"],
  ["an ISO date, which some send", "1994-11-06T08:49:37Z"],
  ["an ISO date with an offset", "1994-11-06T09:49:37.000+01:00"],
])("a date is the time left until it: %s", (_, header) => {
  expect(retryAfter(header, now)).toBe(30_000);
});

test("asctime is GMT wherever the program runs", () => {
  const { TZ } = process.env;
  try {
    process.env.TZ = "Asia/Tokyo";
    expect(retryAfter("Sun Nov  6 08:49:37 1994", now)).toBe(30_000);
  } finally {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  }
});

test("a date that has passed is no wait", () => {
  expect(retryAfter("Sun, 06 Nov 1994 08:00:00 GMT", now)).toBe(0);
});

test("of several headers the first counts", () => {
  expect(retryAfter(["3", "4"], now)).toBe(3_000);
});

test.each([
  "",
  " ",
  "soon",
  "-5",
  "1.5",
  "1e3",
  "0x10",
  "in 5 minutes",
  "wait 2099",
  "Sun, 99 Nov 1994 08:49:37 GMT",
  "Sun, tomorrow",
])("nonsense is as if it were absent: %j", (header) => {
  expect(retryAfter(header, now)).toBeUndefined();
});

test("no header, no wait", () => {
  expect(retryAfter(undefined, now)).toBeUndefined();
  expect(retryAfter([], now)).toBeUndefined();
});
