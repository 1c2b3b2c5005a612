import { expect, test } from "vitest";
import { readArguments } from "../src/arguments.js";

const known = ["kill", "clock"];

test("without arguments every trial is run, with a thousand kills and a new seed", () => {
  expect(readArguments([], known)).toEqual({
    names: known,
    seed: undefined,
    kills: 1_000,
    quick: false,
    mutant: undefined,
  });
});

test("trials, seed, kills and a mutant are taken", () => {
  const args = ["--trial", "kill", "--seed", "7", "--kills", "30", "--mutant", "early-accept"];
  expect(readArguments(args, known)).toEqual({
    names: ["kill"],
    seed: 7,
    kills: 30,
    quick: false,
    mutant: "early-accept",
  });
});

test("what is unknown is answered with what there is", () => {
  expect(() => readArguments(["--trial", "kil"], known)).toThrow(
    "no trial is called kil; there are kill, clock",
  );
  expect(() => readArguments(["--mutant", "x"], known)).toThrow(
    "no mutant is called x; there are early-accept",
  );
});

test.each(["x", "-1", "1.5", ""])("--kills %j is refused", (kills) => {
  expect(() => readArguments([`--kills=${kills}`], known)).toThrow("--kills takes a whole number");
});
