import { DestError } from "@dest/core";
import { createTransport } from "nodemailer";
import { expect, onTestFinished, test } from "vitest";
import type { MailTransport, SentMail } from "../src/index.js";
import { transportSender } from "../src/transport-sender.js";
import { setUp } from "./set-up.js";
import { smtpReceiver } from "./smtp.js";

const mail = { subject: "s", text: "t", html: "h", to: "luke@example.org" };

test("a transport that nodemailer made is used, and closed in the end", async () => {
  const server = await smtpReceiver({ data: (attempt) => (attempt === 1 ? "451 later" : undefined) });
  const transport = createTransport({ host: "127.0.0.1", port: server.port, pool: true });
  const { send, next, retryOf, dest, clock } = setUp({ transport });
  await send(mail);
  await retryOf(await next("retry"));
  await next("delivered");
  expect(server.arrived[1]?.raw.toString()).toBe(server.arrived[0]?.raw.toString());
  expect(await dest.probe()).toEqual({ email: { ok: true } });
  const closing = dest.close();
  await clock.advance(0);
  await closing;
  while (server.open > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("of such a one nobody knows how far a mail came: a lost connection is ambiguous", async () => {
  const server = await smtpReceiver({ content: "closed" });
  const transport = createTransport({ host: "127.0.0.1", port: server.port });
  const { send, next } = setUp({ transport, retry: { ambiguous: false } });
  await send({ ...mail, text: "t".repeat(1_000_000) });
  expect((await next("dead")).error?.code).toBe("DEST_AMBIGUOUS");
});

test("a transport that ignores the signal does not hold the attempt", async () => {
  let finish: (sent: SentMail) => void = () => {};
  const sent: string[] = [];
  const transport: MailTransport = {
    sendMail({ messageId }) {
      sent.push(messageId);
      if (sent.length > 1) return Promise.resolve({ response: "250 ok" });
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
  };
  onTestFinished(() => finish({}));
  const { send, next, clock, retryOf } = setUp({ transport, timeout: 1_000 });
  await send(mail);
  await clock.advance(1_000);
  const waiting = await next("retry");
  expect(waiting.attempts[0]?.error?.code).toBe("DEST_TIMEOUT");
  await retryOf(waiting);
  await next("delivered");
  expect(new Set(sent).size).toBe(1);
});

test("nor does it keep deliver from ending", async () => {
  const sender = transportSender({ sendMail: () => new Promise(() => {}) }, String);
  const reason = new DestError("DEST_TIMEOUT", "it took too long", { ambiguous: true });
  const attempted = {
    mail: {},
    identity: {},
    recipients: [],
    before: { accepted: ["a@b.example"], refused: [] },
  };
  const context = {
    signal: AbortSignal.abort(reason),
    onAbort: (stop: (reason: DestError) => void) => stop(reason),
  };
  const outcome = await sender.send(attempted as never, context as never);
  expect(outcome).toEqual({ status: "retry", error: reason, progress: attempted.before });
});

test("its password is not shown either, where the server repeats it", async () => {
  const server = await smtpReceiver({
    authOptional: false,
    onAuth: ({ password }, _session, done) =>
      done(Object.assign(new Error(`no: ${password}`), { responseCode: 535 })),
  });
  const auth = { user: "robot", pass: "PLANTED" };
  const { send, next } = setUp({
    transport: createTransport({ host: "127.0.0.1", port: server.port, auth }),
  });
  await send(mail);
  const { attempts } = await next("retry");
  expect(attempts[0]?.error).toEqual({ code: "DEST_EMAIL_AUTH", message: "535 no: [redacted]" });
});

test("what a transport fails with in its own way is a retry with its message", async () => {
  const transport: MailTransport = { sendMail: () => Promise.reject("out of paper") };
  const { send, next } = setUp({ transport });
  await send(mail);
  const { attempts } = await next("retry");
  expect(attempts[0]?.error).toEqual({ code: "DEST_EMAIL_TRANSPORT", message: "out of paper" });
});

test("rateLimit holds mails back", async () => {
  const server = await smtpReceiver();
  const { send, next, clock } = setUp({ transport: server.url, rateLimit: { max: 2, interval: 60_000 } });
  await send(mail, mail, mail);
  await next("delivered");
  await next("delivered");
  await clock.advance(59_999);
  expect(server.arrived).toHaveLength(2);
  await clock.advance(1);
  await next("delivered");
});

test("an idle connection is closed, so that it does not keep the program", async () => {
  const server = await smtpReceiver();
  const { send, next } = setUp({ transport: server.url });
  await send(mail);
  await next("delivered");
  expect(server.open).toBe(1);
  while (server.open > 0) await new Promise((resolve) => setTimeout(resolve, 20));
});

test("closing while a mail is under way ends the connection", async () => {
  const server = await smtpReceiver({ data: () => "silence" });
  const { send, dest, clock } = setUp({ transport: server.url });
  await send(mail);
  await server.next();
  const closing = dest.close({ timeout: 0 });
  await clock.advance(0);
  expect(await closing).toMatchObject({ delivered: 0, pending: 1 });
  while (server.open > 0) await new Promise((resolve) => setImmediate(resolve));
});
