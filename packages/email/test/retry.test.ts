import { describe, expect, test } from "vitest";
import { setUp } from "./set-up.js";
import { nobody, smtpReceiver } from "./smtp.js";

const mail = { subject: "s", text: "text", html: "<b>html</b>", to: "luke@example.org" };

test("greylisted with 450, then taken with 250", async () => {
  const server = await smtpReceiver({
    recipient: (_, attempt) => (attempt === 1 ? "450 4.2.0 greylisted, come back later" : undefined),
  });
  const { send, next, retryOf, clock } = setUp({ transport: server.url });
  await send(mail);
  const waiting = await next("retry");
  expect(waiting.availableAt).toBeGreaterThan(clock.now());
  expect(waiting.attempts[0]).toMatchObject({
    outcome: "retry",
    error: {
      code: "DEST_EMAIL_DEFERRED",
      message: "luke@example.org: 450 4.2.0 greylisted, come back later",
    },
    response: { reply: "450 4.2.0 greylisted, come back later" },
  });
  expect(server.arrived).toHaveLength(0);
  await retryOf(waiting);
  await next("delivered");
  expect(server.accepted).toHaveLength(1);
});

test.each(["RCPT", "DATA"])("a 5xx after %s is a dead letter with the server's words", async (command) => {
  const reply = "552 5.3.4 too large, for ever";
  const server = await smtpReceiver(command === "RCPT" ? { recipient: () => reply } : { data: () => reply });
  const { send, next } = setUp({ transport: server.url });
  await send(mail);
  const dead = await next("dead");
  expect(dead.attempts).toHaveLength(1);
  expect(dead.error).toMatchObject({ code: "DEST_EMAIL_REFUSED", message: expect.stringContaining(reply) });
});

test("a long refusal of many lines is cut, on one line", async () => {
  const server = await smtpReceiver({ data: () => `554 ${"spam\nspam ".repeat(200)}` });
  const { send, next } = setUp({ transport: server.url });
  await send(mail);
  const { error } = await next("dead");
  expect(error?.message).toMatch(/^554.spam/);
  expect(error?.message).not.toContain("\n");
  expect(error?.message.length).toBeLessThan(600);
});

test.each([421, 452, 503])("%i after the content is tried again", async (code) => {
  const server = await smtpReceiver({ data: (attempt) => (attempt === 1 ? `${code} later` : undefined) });
  const { send, next, retryOf } = setUp({ transport: server.url, retry: { ambiguous: false } });
  await send(mail);
  const waiting = await next("retry");
  expect(waiting.attempts[0]?.error).toEqual({ code: "DEST_EMAIL_DEFERRED", message: `${code} later` });
  await retryOf(waiting);
  await next("delivered");
});

describe("a connection that is dropped after the content", () => {
  test("is tried again: the same mail, byte for byte, with the same Message-ID", async () => {
    const server = await smtpReceiver({ data: (attempt) => (attempt <= 2 ? "drop" : undefined) });
    const { send, next, retryOf } = setUp({ transport: server.url });
    await send({ ...mail, attachments: [{ filename: "a.txt", content: "a" }] });
    for (let i = 0; i < 2; i++) {
      const waiting = await next("retry");
      expect(waiting.attempts.at(-1)?.error?.code).toBe("DEST_NETWORK");
      await retryOf(waiting);
    }
    await next("delivered");
    const [first, ...others] = server.arrived;
    expect(others).toHaveLength(2);
    for (const { raw } of others) expect(raw.toString()).toBe(first?.raw.toString());
    expect(first?.mail.messageId).toBe(server.accepted[0]?.mail.messageId);
  });

  test("is ambiguous: with retry.ambiguous false it is a dead letter", async () => {
    const server = await smtpReceiver({ data: () => "drop" });
    const { send, next } = setUp({ transport: server.url, retry: { ambiguous: false } });
    await send(mail);
    expect((await next("dead")).error?.code).toBe("DEST_AMBIGUOUS");
  });
});

describe("and what no server can have kept is not ambiguous", () => {
  const neverTwice = { retry: { ambiguous: false } } as const;

  test("nobody listens", async () => {
    const { send, next } = setUp({ ...neverTwice, transport: `smtp://127.0.0.1:${await nobody()}` });
    await send(mail);
    const { attempts } = await next("retry");
    expect(attempts[0]?.error).toMatchObject({ code: "DEST_NETWORK", message: /ECONNREFUSED/ });
  });

  test("the connection is lost in the middle of the content", async () => {
    const server = await smtpReceiver({ content: "closed" });
    const { send, next } = setUp({ ...neverTwice, transport: server.url });
    await send({ ...mail, html: "<p>a lot of text that compresses to nothing</p>\n".repeat(1_000_000) });
    expect((await next("retry")).attempts[0]?.error?.code).toBe("DEST_NETWORK");
  });

  test("the server greets with a refusal, which is not of the mail", async () => {
    const server = await smtpReceiver({
      onConnect: (_session, done) => done(Object.assign(new Error("no service"), { responseCode: 554 })),
    });
    const { send, next } = setUp({ ...neverTwice, transport: server.url });
    await send(mail);
    const { attempts } = await next("retry");
    expect(attempts[0]?.error).toEqual({ code: "DEST_EMAIL_DEFERRED", message: "554 no service" });
  });
});

test("no answer is a timeout, which closes the connection, and the next attempt delivers", async () => {
  const server = await smtpReceiver({ data: (attempt) => (attempt === 1 ? "silence" : undefined) });
  const { send, next, clock, retryOf } = setUp({ transport: server.url, timeout: 5_000 });
  await send(mail);
  await server.next();
  await clock.advance(5_000);
  const waiting = await next("retry");
  expect(waiting.attempts[0]?.error?.code).toBe("DEST_TIMEOUT");
  while (server.open > 0) await new Promise((resolve) => setImmediate(resolve));
  await retryOf(waiting);
  await next("delivered");
  expect(server.arrived[1]?.raw.toString()).toBe(server.arrived[0]?.raw.toString());
});

test("a kept connection that the server gave up costs no attempt", async () => {
  let mails = 0;
  const server = await smtpReceiver({
    onMailFrom(_address, _session, done) {
      mails += 1;
      if (mails === 2) server.closeAll();
      else done();
    },
  });
  const { send, next } = setUp({ transport: server.url });
  await send(mail);
  await next("delivered");
  await send(mail);
  expect((await next("delivered")).attempts).toHaveLength(1);
  expect([mails, server.connections]).toEqual([3, 2]);
});
