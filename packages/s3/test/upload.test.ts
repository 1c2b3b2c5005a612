import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { startLossyProxy } from "./lossy-proxy.js";
import { type Said, scriptedStore } from "./scripted-store.js";
import { setUp } from "./set-up.js";
import { bucket, startStore } from "./store.js";

const batch = { maxWait: 0 };
const retry = { jitter: "none" } as const;
/** Bytes that no compressor makes fewer. */
const noise = (bytes: number) => randomBytes((bytes * 3) / 4).toString("base64");

test("the answer to a stored object is lost: the retry stores the same bytes under the same key", async () => {
  const store = await startStore();
  let lost = 0;
  const proxy = await startLossyProxy(store.port, () => lost++ === 0);
  const { clock, send, next, all } = setUp({ endpoint: proxy.endpoint, batch, retry });
  await send(...[0, 1, 2].map((number) => ({ bucket, payload: { number } })));
  const [{ availableAt }] = [await next("retry")];
  const early = await store.objects();
  await clock.advance(availableAt - clock.now());
  await all("delivered", 3);
  const objects = await store.objects();
  expect(objects.map(({ lines }) => lines)).toEqual([['{"number":0}', '{"number":1}', '{"number":2}']]);
  expect(objects).toEqual(early);
  expect(proxy.bodies).toHaveLength(2);
  expect(proxy.bodies[1]).toEqual(proxy.bodies[0]);
});

test("what is larger than a part goes up part by part and comes back whole, also when its end was not heard", async () => {
  const store = await startStore();
  let lost = 0;
  const isEnd = (method: string, url: string) => method === "POST" && url.includes("uploadId");
  const proxy = await startLossyProxy(store.port, (method, url) => isEnd(method, url) && lost++ === 0);
  const { clock, send, next, all } = setUp({ endpoint: proxy.endpoint, batch, retry, compression: "none" });
  const payloads = Array.from({ length: 20 }, (_, number) => ({ number, text: noise(1_000_000) }));
  await send(...payloads.map((payload) => ({ bucket, payload })));
  const [{ availableAt }] = [await next("retry")];
  await clock.advance(availableAt - clock.now());
  const [record] = await all("delivered", 20);
  expect(record?.attempts.at(-1)?.response).toMatchObject({ status: 200, parts: 3 });
  const [object, ...others] = await store.objects();
  expect(others).toEqual([]);
  expect(object?.lines).toEqual(payloads.map((payload) => JSON.stringify(payload)));
});

test("an upload of which a part fails is taken back", async () => {
  const store = await scriptedStore(
    ({ query }): Said =>
      query.get("partNumber") === "2" ? { status: 500, code: "InternalError" } : undefined,
  );
  const { send, next } = setUp({ endpoint: store.endpoint, batch, compression: "none" });
  await send({ bucket, payload: noise(20_000_000) });
  const { attempts } = await next("retry");
  expect(attempts[0]?.error?.code).toBe("DEST_S3_UNAVAILABLE");
  await expect.poll(() => store.asked.at(-1)?.method).toBe("DELETE");
  expect(store.asked.map(({ method, query }) => `${method} ${query.get("partNumber") ?? ""}`.trim())).toEqual(
    ["POST", "PUT 1", "PUT 2", "DELETE"],
  );
  expect(store.asked.at(-1)?.query.get("uploadId")).toBe("upload-1");
});

test("parts that cannot be taken back are warned about by the object's name", async () => {
  const store = await scriptedStore(({ query, method }): Said => {
    if (method === "DELETE") return { status: 403, code: "AccessDenied" };
    return query.has("partNumber") ? { status: 500, code: "InternalError" } : undefined;
  });
  const { send, next, warnings } = setUp({ endpoint: store.endpoint, batch, compression: "none" });
  await send({ bucket, prefix: "big/", payload: noise(10_000_000) });
  await next("retry");
  await expect.poll(() => warnings.join()).toMatch(/parts of big\/2026.* stay in events/);
});

test("an attempt that times out stops sending, and takes its parts back", async () => {
  const store = await scriptedStore(
    ({ query }): Said => (query.get("partNumber") === "2" ? "silence" : undefined),
  );
  const { clock, send, next } = setUp({ endpoint: store.endpoint, batch, compression: "none" });
  await send({ bucket, payload: noise(20_000_000) });
  await expect.poll(() => store.asked.length).toBe(3);
  await clock.advance(300_000);
  const { attempts } = await next("retry");
  expect(attempts[0]?.error?.code).toBe("DEST_TIMEOUT");
  await expect.poll(() => store.asked.at(-1)?.method).toBe("DELETE");
});

test("a client of one's own needs no more than send", async () => {
  const sent: { readonly name: string; readonly input: Record<string, unknown> }[] = [];
  const client = {
    async send(command: object) {
      sent.push({
        name: command.constructor.name,
        input: (command as { input: Record<string, unknown> }).input,
      });
      return {};
    },
  };
  const headers = { StorageClass: "STANDARD_IA" } as const;
  const { dest, send, next } = setUp({ client, batch, headers, buckets: ["events"] });
  await send({ bucket, payload: { mine: true } });
  await next("delivered");
  expect(await dest.probe()).toEqual({ s3: { ok: true } });
  expect(sent.map(({ name }) => name)).toEqual(["PutObjectCommand", "HeadBucketCommand"]);
  expect(sent[0]?.input).toMatchObject({ Bucket: bucket, StorageClass: "STANDARD_IA" });
  expect(gunzipSync(sent[0]?.input.Body as Buffer).toString()).toBe('{"mine":true}\n');
});
