// Compiled, never run: what users of @dest/core may and may not write.

import { createDest, defineDestination, type RunOf } from "../src/index.js";

interface Request {
  url: string | URL;
  retries?: number | undefined;
  headers?: { accept: string } | undefined;
}

const delivered = async () => ({ status: "delivered" }) as const;

const http = defineDestination<[request: Request], { href: string }, { proxy?: string }>(() => ({
  kind: "test/http",
  apiVersion: 1,
  prepare: ({ url }) => ({ href: String(url) }),
  deliver: delivered,
}));

const bucket = defineDestination<[payload: unknown, prefix?: string], string, { region: string }>(
  ({ region }) => ({
    kind: "test/bucket",
    apiVersion: 1,
    prepare: (payload, prefix = "") => JSON.stringify({ region, prefix, payload }),
    deliver: delivered,
  }),
);

type Shape = { circle: number } | { square: number; filled: boolean };

const draw = defineDestination<[shape: Shape], Shape>(() => ({
  kind: "test/draw",
  apiVersion: 1,
  prepare: (shape) => shape,
  deliver: delivered,
}));

const dest = createDest({
  destinations: {
    http: http(),
    audit: http({ timeout: 10_000 }),
    bucket: bucket({ region: "eu" }),
    draw: draw(),
  },
});

export function payloads({ send }: RunOf<typeof dest>): void {
  send.http({ url: "u" });
  send.audit({ url: new URL("https://host"), retries: undefined, headers: { accept: "*" } });

  // @ts-expect-error: a missing key
  send.http({ retries: 1 });
  // @ts-expect-error: no payload
  send.http();
  // @ts-expect-error: one argument too many
  send.http({ url: "u" }, "more");
  // @ts-expect-error: a value of the wrong type
  send.http({ url: 5 });
  // @ts-expect-error: a value of the wrong type, further in
  send.audit({ url: "u", headers: { accept: 5 } });
  // @ts-expect-error: an unknown key
  send.http({ url: "u", body: "b" });
  // @ts-expect-error: an unknown key, further in
  send.http({ url: "u", headers: { accept: "*", acept: "*" } });
  // @ts-expect-error: a name that is not registered
  send.slack({ url: "u" });
}

export function anyPayload({ send }: RunOf<typeof dest>, value: unknown): void {
  send.bucket(value);
  send.bucket(undefined);
  send.bucket(null, "prefix/");
  send.bucket({ any: "thing" }, undefined);

  // @ts-expect-error: the second argument is a text
  send.bucket(value, 5);
}

export function unions({ send }: RunOf<typeof dest>): void {
  send.draw({ circle: 1 });
  send.draw({ square: 1, filled: true });

  // @ts-expect-error: half of one form
  send.draw({ square: 1 });
}

export function results($: RunOf<typeof dest>): void {
  const { id }: { readonly id: string } = $.send.http({ url: "u" });
  $.with({ delay: 60_000, expiresIn: 90_000, orderKey: "k", idempotencyKey: id }).send.audit({ url: "u" });

  // @ts-expect-error: a send is no promise, so that nobody waits for a delivery that begins after the run
  $.send.http({ url: "u" }).then(() => 1);
  // @ts-expect-error: an option that sends do not have
  $.with({ dealy: 1 });
  // @ts-expect-error: a name that is not registered
  $.with({}).send.slack({});
}

export async function runs(): Promise<void> {
  const answer: number = await dest.run(async ($) => {
    payloads($);
    return 42;
  });
  // @ts-expect-error: run answers what the work returned
  const text: string = await dest.run(() => answer);
  const { $, as } = dest.begin({ runId: text });
  payloads($);
  payloads(as("step"));
  const { audit } = await dest.probe();
  if (!audit.ok) throw audit.error;
  // @ts-expect-error: a name that is not registered
  (await dest.probe()).slack;
}

export function options(): void {
  http();
  http({ proxy: "p", retry: { maxAttempts: 3 }, pause: false, batch: { maxWait: 5 }, concurrency: 2 });
  bucket({ region: "eu", timeout: undefined });

  // @ts-expect-error: an option that is required
  bucket();
  // @ts-expect-error: an option that is required, beside one that is not
  bucket({ timeout: 5 });
  // @ts-expect-error: an unknown option
  http({ proxi: "p" });
  // @ts-expect-error: an unknown option, further in
  http({ retry: { maxAttemps: 3 } });
  // @ts-expect-error: a rate limit needs both its numbers
  http({ rateLimit: { max: 5 } });
  // @ts-expect-error: createDest needs destinations
  createDest({});
  // @ts-expect-error: what is no destination
  createDest({ destinations: { http } });
  // @ts-expect-error: an unknown option
  createDest({ destinations: { http: http() }, outbx: undefined });
}

export function plugins(): void {
  // @ts-expect-error: a plugin must deliver
  defineDestination<[string], string>(() => ({ kind: "k", apiVersion: 1, prepare: (text) => text }));
  defineDestination<[string], string>(() => ({
    kind: "k",
    // @ts-expect-error: another plugin API
    apiVersion: 2,
    prepare: (text) => text,
    deliver: delivered,
  }));
  defineDestination<[string], string>(() => ({
    kind: "k",
    apiVersion: 1,
    prepare: (text) => text,
    // @ts-expect-error: a retry says why
    deliver: async () => ({ status: "retry" }),
  }));
}
