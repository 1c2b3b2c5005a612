import { expect, test } from "vitest";
import { readArguments } from "../src/arguments.js";

const known = ["capture", "http-memory"];

test("without a name all benchmarks are run", () => {
  expect(readArguments([], known)).toEqual({ names: known, rounds: undefined, node: undefined });
});

test("names, rounds and another Node are taken", () => {
  const args = ["http-memory", "--rounds", "9", "--node", "/opt/node24/bin/node"];
  expect(readArguments(args, known)).toEqual({
    names: ["http-memory"],
    rounds: 9,
    node: "/opt/node24/bin/node",
  });
});

test("an unknown name is answered with those there are", () => {
  expect(() => readArguments(["caputre"], known)).toThrow(
    "no benchmark is called caputre; there are capture, http-memory",
  );
});

test.each(["4", "x", "7.5"])("--rounds %s is refused", (rounds) => {
  expect(() => readArguments(["--rounds", rounds], known)).toThrow(
    "--rounds takes a whole number of at least 5",
  );
});
