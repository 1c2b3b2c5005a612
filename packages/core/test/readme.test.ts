import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { policyNames } from "../src/policy.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const source = new URL("../src/", import.meta.url);

test("every code that core throws, records or warns of is in the README", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.startsWith("testing"),
  );
  const codes = files.flatMap(
    (name) => readFileSync(new URL(name, source), "utf8").match(/"DEST_[A-Z_]+"/g) ?? [],
  );
  const unlisted = codes.map((code) => code.slice(1, -1)).filter((code) => !readme.includes(`\`${code}\``));
  expect(codes.length).toBeGreaterThan(20);
  expect(unlisted).toEqual([]);
});

test("the policy table names the policy's options", () => {
  const table = readme.slice(readme.indexOf("takes the policy"), readme.indexOf("Delivery is at least once"));
  const named = [...table.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name);
  expect(named).toEqual([...policyNames]);
});
