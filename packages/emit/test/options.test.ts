import { expect, test } from "vitest";
import { type EmitOptions, emit } from "../src/index.js";
import { thrownBy } from "./thrown-by.js";

test.each<[string, object]>([
  ["envelope", { envelope: "never" }],
  ["history", { history: -1 }],
  ["maxDepth", { maxDepth: 0 }],
  ["webhook", { webhook: "" }],
  ["authorize", { authorize: true }],
  ["batch", { batch: { maxSize: 2 } }],
  ["port", { port: 80 }],
])("%s is refused where it is given: %o", (name, options) => {
  const error = thrownBy(() => emit(options as EmitOptions));
  expect(error.code).toBe("DEST_INVALID_OPTION");
  expect(error.message).toContain(name);
});
