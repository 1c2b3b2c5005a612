import { gunzipSync } from "node:zlib";
import { type DestinationService, type Taken, testDestination } from "@dest/core/testing";
import { test } from "vitest";
import { s3 } from "../src/index.js";
import { startScriptedStore } from "./scripted-store.js";

interface Store extends DestinationService {
  readonly endpoint: string;
}

const refusals = {
  transient: { status: 503, code: "SlowDown" },
  permanent: { status: 400, code: "InvalidArgument" },
} as const;

const bucket = "events";

testDestination({
  test,
  async serve(answer): Promise<Store> {
    const taken: Taken[] = [];
    const { endpoint, close } = await startScriptedStore(({ path, body }) => {
      const told = answer();
      if (told === "transient" || told === "permanent") return refusals[told];
      if (told !== "accept") return "silence";
      for (const line of gunzipSync(body).toString().trimEnd().split("\n"))
        taken.push({ call: (JSON.parse(line) as { number: number }).number, key: path });
      return undefined;
    });
    return { endpoint, close, taken: () => taken };
  },
  create: ({ endpoint }) =>
    s3({
      endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "id-PLANTED", secretAccessKey: "PLANTED", sessionToken: "token-PLANTED" },
      // Time stands still here.
      batch: { maxWait: 0 },
    }),
  call: (number) => [
    { bucket, prefix: "some/", payload: { number, text: `event ${number}`, list: [number] } },
  ],
  invalid: [
    { args: [undefined], path: "the event" },
    { args: [{ payload: {} }], path: "bucket" },
    { args: [{ bucket: "a/../b", payload: {} }], path: "bucket" },
    { args: [{ bucket, prefix: 17, payload: {} }], path: "prefix" },
    { args: [{ bucket, prefix: "x".repeat(1_000), payload: {} }], path: "prefix" },
    { args: [{ bucket }], path: "payload" },
    { args: [{ bucket, payload: 17 }], path: "payload" },
    { args: [{ bucket, payload: "two\nlines" }], path: "payload" },
    { args: [{ bucket, payload: { at: [new Map()] } }], path: "payload.at.0" },
  ],
  secrets: ["PLANTED"],
  cannot: {
    partial: "an object is stored as a whole or not at all",
    throttle: "S3 asks to slow down without saying for how long",
  },
});
