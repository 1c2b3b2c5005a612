import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import type { SignOptions } from "../src/index.js";
import { planted } from "./no-secret.js";
import { type Received, receiver } from "./receiver.js";
import { setUp } from "./set-up.js";

/** Begins with what is planted everywhere, so that the end of each test finds it where it shows. */
const newBytes = (bytes = 32) => Buffer.concat([Buffer.from(planted), randomBytes(bytes - planted.length)]);
const newSecret = (bytes?: number) => `whsec_${newBytes(bytes).toString("base64")}`;

/** Throws where the published verifier refuses it. Its tolerance is five minutes of the machine's own clock. */
function verify(secret: string, { headers, body }: Received): void {
  new Webhook(secret).verify(body.toString(), headers as Record<string, string>);
}

async function sent(sign: SignOptions, data: string | object | undefined, at = Date.now()) {
  const target = await receiver();
  const { clock, send, next } = setUp({ sign });
  await clock.advance(at - clock.now());
  const [id = ""] = await send({ method: "POST", url: target.origin, data });
  const request = await target.next();
  await next("delivered");
  return { id, request };
}

describe("the published verifier accepts", () => {
  test.each<[string, string | object]>([
    ["JSON", { name: "Łukasz 🎉", list: [1, null] }],
    ["text that is JSON, as it is written", '{ "a" :  1 }\n'],
  ])("%s", async (_, data) => {
    const secret = newSecret();
    const { request } = await sent({ secret }, data);
    expect(() => verify(secret, request)).not.toThrow();
    expect(() => verify(newSecret(), request)).toThrow(/No matching signature/);
  });

  test("either secret while they change", async () => {
    const [newer, older] = [newSecret(), newSecret(24)];
    const { request } = await sent({ secrets: [newer, older] }, { a: 1 });
    for (const secret of [newer, older]) expect(() => verify(secret, request)).not.toThrow();
    expect(request.headers["webhook-signature"]).toMatch(/^v1,\S{44} v1,\S{44}$/);
  });

  test("a secret given as bytes", async () => {
    const bytes = newBytes(64);
    const { request } = await sent({ secret: bytes }, { a: 1 });
    expect(() => verify(`whsec_${bytes.toString("base64")}`, request)).not.toThrow();
  });
});

test("bytes are signed as they are, and so is a request without a body", async () => {
  const secret = newSecret();
  const webhook = new Webhook(secret);
  for (const data of [Buffer.from([0, 255, 128]), undefined]) {
    const { request } = await sent({ secret }, data);
    const id = request.headers["webhook-id"] as string;
    const timestamp = request.headers["webhook-timestamp"] as string;
    // The verifier takes text only; what it signs with is its own.
    const { createHmac } = await import("node:crypto");
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    const signature = createHmac("sha256", key)
      .update(Buffer.concat([Buffer.from(`${id}.${timestamp}.`), data ?? Buffer.alloc(0)]))
      .digest("base64");
    expect(request.headers["webhook-signature"]).toBe(`v1,${signature}`);
    if (!data) expect(webhook.sign(id, new Date(Number(timestamp) * 1_000), "")).toBe(`v1,${signature}`);
  }
});

test("the id stays on every attempt and has no full stop, the timestamp is that of the attempt", async () => {
  const secret = newSecret();
  const target = await receiver((response, _request, attempt) => {
    if (attempt === 1) response.writeHead(503, { "retry-after": "60" }).end();
    else response.end();
  });
  const { clock, send, next } = setUp({ sign: { secret } });
  await clock.advance(Date.now() - clock.now());
  const [id = ""] = await send({ url: target.origin, data: { a: 1 } });
  await next("retry");
  await clock.advance(60_000);
  await next("delivered");
  const [first, second] = target.requests as [Received, Received];
  expect(first.headers["webhook-id"]).toBe(id.replace(".", "%2E"));
  expect(second.headers["webhook-id"]).toBe(first.headers["webhook-id"]);
  const times = [first, second].map(({ headers }) => Number(headers["webhook-timestamp"]));
  expect((times[1] as number) - (times[0] as number)).toBe(60);
  for (const request of [first, second]) expect(() => verify(secret, request)).not.toThrow();
});

test("headers of these names in a call do not replace the signature", async () => {
  const secret = newSecret();
  const target = await receiver();
  const { clock, send, next } = setUp({ sign: { secret } });
  await clock.advance(Date.now() - clock.now());
  const headers = { "Webhook-Id": "mine", "webhook-signature": "v1,mine" };
  await send({ url: target.origin, data: { a: 1 }, headers });
  await next("delivered");
  expect(() => verify(secret, target.requests[0] as Received)).not.toThrow();
});

test("a redirect within the origin is signed anew, another origin gets no signature", async () => {
  const secret = newSecret();
  const other = await receiver();
  const target = await receiver((response, { url }) => {
    if (url === "/") response.writeHead(303, { location: "/next" }).end();
    else response.writeHead(307, { location: other.origin }).end();
  });
  const { clock, send, next } = setUp({ sign: { secret } });
  await clock.advance(Date.now() - clock.now());
  await send({ url: target.origin, data: { a: 1 } });
  await next("delivered");
  const [, second] = target.requests as [Received, Received];
  expect(second.method).toBe("GET");
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature } = second.headers;
  expect(new Webhook(secret).sign(String(id), new Date(Number(timestamp) * 1_000), "")).toBe(signature);
  expect(Object.keys(other.requests[0]?.headers ?? {}).filter((name) => name.startsWith("webhook"))).toEqual(
    [],
  );
});

test("what another origin leads back is not signed", async () => {
  const target = await receiver((response, { url }) => {
    if (url === "/") response.writeHead(307, { location: other.origin }).end();
    else response.end();
  });
  const other = await receiver((response) =>
    response.writeHead(307, { location: `${target.origin}/back` }).end(),
  );
  const { send, next } = setUp({ sign: { secret: newSecret() } });
  await send({ url: target.origin, data: { a: 1 } });
  await next("delivered");
  expect(target.requests.map(({ headers }) => "webhook-signature" in headers)).toEqual([true, false]);
});

test("410 is a dead letter, and stops nothing else", async () => {
  const target = await receiver((response, { url }) => response.writeHead(url === "/gone" ? 410 : 200).end());
  const { events, send, next } = setUp({ sign: { secret: newSecret() }, pause: { after: 1 } });
  await send({ url: `${target.origin}/gone`, data: {} });
  expect((await next("dead")).error?.message).toContain("410");
  await send({ url: `${target.origin}/here`, data: {} });
  await next("delivered");
  expect(events.filter((event) => "until" in (event as object))).toEqual([]);
});

describe("what cannot be a secret is refused, and not quoted", () => {
  const short = `whsec_${Buffer.from("PLANTED").toString("base64")}`;
  test.each<[string, unknown]>([
    ["sign", {}],
    ["sign", "whsec_PLANTED"],
    ["sign", { secrets: [] }],
    ["sign", { secret: newSecret(), secrets: [newSecret()] }],
    ["sign.secret", { secret: "PLANTED" }],
    ["sign.secret", { secret: short }],
    ["sign.secret", { secret: `whsec_${"PLANTED".repeat(40)}` }],
    ["sign.secret", { secret: "whsec_not base64 PLANTED" }],
    ["sign.secrets.1", { secrets: [newSecret(), 7] }],
  ])("%s %#", (path, sign) => {
    let thrown: Error | undefined;
    try {
      setUp({ sign: sign as SignOptions });
    } catch (error) {
      thrown = error as Error;
    }
    expect(thrown).toMatchObject({ code: "DEST_INVALID_OPTION" });
    expect(thrown?.message.startsWith(`${path}: `)).toBe(true);
    expect(thrown?.message).not.toMatch(/PLANTED|UExBTlRFRA/);
  });
});
