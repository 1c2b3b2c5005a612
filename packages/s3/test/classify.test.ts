import { expect, test } from "vitest";
import { classify } from "../src/classify.js";

const attempt = { bucket: "events", now: 1_000_000, grace: 60_000, progress: undefined };
const thrown = (name: string, status?: number, code?: string) =>
  Object.assign(new Error("words of the store"), { name, code, $metadata: { httpStatusCode: status } });

test.each([
  ["SlowDown", 503, "retry", "DEST_S3_UNAVAILABLE"],
  ["InternalError", 500, "retry", "DEST_S3_UNAVAILABLE"],
  ["TooManyRequests", 429, "retry", "DEST_S3_UNAVAILABLE"],
  ["RequestTimeTooSkewed", 403, "retry", "DEST_S3_UNAVAILABLE"],
  ["RequestTimeout", 400, "retry", "DEST_S3_UNAVAILABLE"],
  ["NoSuchUpload", 404, "retry", "DEST_S3_UNAVAILABLE"],
  ["NoSuchBucket", 404, "retry", "DEST_S3_ACCESS"],
  ["AccessDenied", 403, "retry", "DEST_S3_ACCESS"],
  ["ExpiredToken", 400, "retry", "DEST_S3_ACCESS"],
  ["InvalidArgument", 400, "rejected", "DEST_S3_REJECTED"],
  ["EntityTooLarge", 400, "rejected", "DEST_S3_REJECTED"],
])("%s (%d) is %s with %s", (name, status, expected, code) => {
  const outcome = classify(thrown(name, status), attempt);
  expect(outcome).toMatchObject({ status: expected, error: { code } });
});

test.each([
  ["ECONNREFUSED", false],
  ["ECONNRESET", true],
  ["EPIPE", true],
])("%s is retried; that it may have been stored: %s", (code, ambiguous) => {
  const outcome = classify(thrown("Error", undefined, code), attempt);
  expect(outcome).toMatchObject({ status: "retry", error: { code: "DEST_NETWORK", ambiguous } });
});

test("no credentials are a failure of access, which the grace bounds", () => {
  const none = thrown("CredentialsProviderError");
  const first = classify(none, attempt);
  expect(first).toMatchObject({ status: "retry", afterMs: 10_000, progress: { deniedSince: attempt.now } });
  const late = classify(none, { ...attempt, progress: { deniedSince: attempt.now - 60_000 } });
  expect(late).toMatchObject({ status: "rejected", error: { code: "DEST_S3_ACCESS" } });
});
