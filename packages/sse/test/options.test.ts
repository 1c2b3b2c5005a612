import { expect, test } from "vitest";
import { type SseOptions, sse } from "../src/index.js";
import { thrownBy } from "./thrown-by.js";

test.each<[string, object]>([
  ["authorize", { authorize: true }],
  ["history", { history: -1 }],
  ["historyBytes", { historyBytes: 1.5 }],
  ["keepAlive", { keepAlive: 0 }],
  ["maxBuffered", { maxBuffered: "1 MiB" }],
  ["cors", { cors: "*" }],
  ["cors.origin", { cors: { origin: "https://a.example/" } }],
  ["cors.origin", { cors: { origin: [] } }],
  ["cors.credentials", { cors: { origin: "*", credentials: true } }],
  ["cors", { cors: { origin: "*", methods: "GET" } }],
  ["batch", { batch: { maxSize: 2 } }],
  ["port", { port: 80 }],
])("%s is refused where it is given: %o", (name, options) => {
  const error = thrownBy(() => sse(options as SseOptions));
  expect(error.code).toBe("DEST_INVALID_OPTION");
  expect(error.message).toContain(name);
});
