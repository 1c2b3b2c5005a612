import { expect, test } from "vitest";
import { type Said, scriptedStore } from "./scripted-store.js";
import { setUp } from "./set-up.js";
import { bucket } from "./store.js";

const batch = { maxWait: 0 };
const denied: Said = { status: 403, code: "AccessDenied", message: "Access Denied" };
const hour = 3_600_000;

test("denied access is repeated for the grace, and then dead with the store's code and what to check", async () => {
  const store = await scriptedStore(() => denied);
  const { clock, send, next } = setUp({ endpoint: store.endpoint, batch, pause: false });
  await send({ bucket, payload: {} });
  const start = clock.now();
  for (let attempt = 1; attempt <= 6; attempt++) {
    const { availableAt } = await next("retry");
    await clock.advance(availableAt - clock.now());
  }
  const { error } = await next("dead");
  expect(clock.now() - start).toBe(hour);
  expect(error?.code).toBe("DEST_S3_ACCESS");
  expect(error?.message).toMatch(/AccessDenied: Access Denied; check that the policy allows s3:PutObject/);
});

test("credentials that come back in time deliver", async () => {
  let answers = 0;
  const store = await scriptedStore(() => (answers++ < 2 ? denied : undefined));
  const { clock, send, next } = setUp({ endpoint: store.endpoint, batch });
  await send({ bucket, payload: {} });
  for (let attempt = 1; attempt <= 2; attempt++) {
    const { availableAt } = await next("retry");
    await clock.advance(availableAt - clock.now());
  }
  expect((await next("delivered")).attempts).toHaveLength(3);
});

test("a failure of another kind begins the grace anew", async () => {
  const script: Said[] = [denied, { status: 503, code: "SlowDown" }, denied, undefined];
  const store = await scriptedStore(() => script.shift());
  const { clock, send, next } = setUp({
    endpoint: store.endpoint,
    batch,
    grace: 60_000,
    retry: { minDelay: 120_000, maxDelay: 120_000, jitter: "none" },
  });
  await send({ bucket, payload: {} });
  for (let attempt = 1; attempt <= 3; attempt++) {
    const { availableAt } = await next("retry");
    await clock.advance(availableAt - clock.now());
  }
  await next("delivered");
});

test("without a grace it is dead at once", async () => {
  const store = await scriptedStore(() => ({ status: 404, code: "NoSuchBucket" }));
  const { send, next } = setUp({ endpoint: store.endpoint, batch, grace: 0 });
  await send({ bucket, payload: {} });
  expect((await next("dead")).error?.message).toMatch(/NoSuchBucket.*check the bucket's name/);
});

test("probe heads the buckets it was given", async () => {
  const store = await scriptedStore(({ path }) =>
    path.startsWith("/gone") ? { status: 404, code: "NoSuchBucket" } : undefined,
  );
  const { dest } = setUp({ endpoint: store.endpoint, buckets: ["there", "gone"] });
  const { s3 } = await dest.probe();
  expect(s3).toMatchObject({ ok: false, error: { code: "DEST_S3_ACCESS" } });
  expect(s3.error?.message).toMatch(/gone: .*check the bucket's name/);
  expect(store.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(["HEAD /there/", "HEAD /gone/"]);
});
