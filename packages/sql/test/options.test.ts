import { expect, test } from "vitest";
import { type SqlOptions, sql } from "../src/index.js";
import { thrownBy } from "./thrown-by.js";

test.each<[string, object]>([
  ["path", { path: "" }],
  ["retention", { retention: { days: 0 } }],
  ["retention", { retention: 30 }],
  ["memoryLimit", { memoryLimit: "lots" }],
  ["queryTimeout", { queryTimeout: 0 }],
  ["maxRows", { maxRows: 1.5 }],
  ["authorize", { authorize: true }],
  ["port", { port: 80 }],
])("%s is refused where it is given: %o", (name, options) => {
  const error = thrownBy(() => sql(options as SqlOptions));
  expect(error.code).toBe("DEST_INVALID_OPTION");
  expect(error.message).toContain(name);
});
