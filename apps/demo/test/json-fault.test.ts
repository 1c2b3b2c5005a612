import { expect, test } from "vitest";
import { jsonFault } from "../src/json-fault.js";

test.each([
  ["a bare word", '{\n  "a": yes\n}', 2, 8],
  ["a missing comma", '{ "a": 1\n  "b": 2 }', 2, 3],
  ["a comma too many", "[1,\n 2,\n]", 3, 1],
  ["a name without quotes", "{ a: 1 }", 1, 3],
  ["single quotes", "{ 'a': 1 }", 1, 3],
  ["a missing colon", '{ "a" 1 }', 1, 7],
  ["a text that is not closed", '{ "a": "one\n}', 1, 12],
  ["an unknown escape", '["a\\x"]', 1, 4],
  ["a number with a leading zero", "[01]", 1, 2],
  ["something after the end", "{} {}", 1, 4],
  ["an object that is not closed", '{ "a": [1', 1, 10],
  ["nothing at all", "", 1, 1],
])("%s is found", (_, source, line, column) => {
  expect(jsonFault(source)).toMatchObject({ line, column });
});

test("it finds a fault where JSON.parse does, and only there", () => {
  const sample = '{"a":[1,-2.5e+3,true,null,"x\\u00e9\\n"],"b":{"c":"","d":[]}, "e" : {} }';
  const accepts = (source: string) => {
    try {
      JSON.parse(source);
      return true;
    } catch {
      return false;
    }
  };
  const variants = [sample];
  for (let at = 0; at < sample.length; at++) {
    variants.push(sample.slice(0, at), sample.slice(0, at) + sample.slice(at + 1));
    for (const added of ['"', ",", "}", "]", "0", ".", "t", "\n"]) {
      variants.push(sample.slice(0, at) + added + sample.slice(at));
    }
  }
  for (const variant of variants) {
    expect([variant, jsonFault(variant) === undefined]).toEqual([variant, accepts(variant)]);
  }
});
