import { describe, expect, test } from "vitest";
import { type S3Options, s3 } from "../src/index.js";
import { thrownBy } from "./thrown-by.js";

const client = { send: async () => ({}) };

describe("options that cannot be used are refused where they are given", () => {
  test.each<[string, object]>([
    ["compression", { compression: "zip" }],
    ["contentEncoding", { compression: "none", contentEncoding: true }],
    ["client", { client: {} }],
    ["region", { client, region: "eu-west-1" }],
    ["endpoint", { endpoint: "ftp://127.0.0.1" }],
    ["partition", { partition: "date" }],
    ["grace", { grace: -1 }],
    ["buckets", { buckets: "events" }],
    ["headers", { headers: { Body: "x" } }],
    ["key", { key: () => "always-the-same.gz" }],
    ["key", { key: () => undefined }],
    ["bucket", { bucket: "events" }],
  ])("%s", (name, options) => {
    const error = thrownBy(() => s3(options as S3Options));
    expect(error.code).toBe("DEST_INVALID_OPTION");
    expect(error.message).toContain(name);
  });

  test("credentials are not quoted", () => {
    const credentials = { accessKeyId: "PLANTED", secretAccessKey: "PLANTED" };
    expect(thrownBy(() => s3({ client, credentials })).message).not.toContain("PLANTED");
  });
});
