import { readdirSync, readFileSync } from "node:fs";
import type { Policy } from "@dest/core";
import { expect, test } from "vitest";
import { accepts } from "../src/event.js";
import { optionNames } from "../src/options.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const source = new URL("../src/", import.meta.url);

// tsc sees to it that this is complete.
const policy: Record<keyof Policy, true> = {
  timeout: true,
  concurrency: true,
  rateLimit: true,
  retry: true,
  pause: true,
  batch: true,
};

/** The names in the first column of the table that begins with this heading. */
function namesIn(heading: string): (string | undefined)[] {
  const table = readme.split("\n\n").find((part) => part.startsWith(`| ${heading} `)) ?? "";
  return [...table.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
}

test("the table of what $.send.sql takes names exactly the keys it reads", () => {
  expect(namesIn("Key")).toEqual([...accepts]);
});

test("the table of what sql() takes names exactly its own options and the policy's", () => {
  expect(namesIn("Option")).toEqual([...optionNames, ...Object.keys(policy)]);
});

test("every code that sql records or throws is in the README", () => {
  const text = readdirSync(source).map((name) => readFileSync(new URL(name, source), "utf8"));
  const codes = text.join("").match(/DEST_[A-Z_]+/g) ?? [];
  expect(codes).toContain("DEST_SQL_LOCKED");
  expect(codes.filter((code) => !readme.includes(`\`${code}\``))).toEqual([]);
});
