import { expect, test } from "vitest";
import { setUp } from "./set-up.js";
import { smtpReceiver } from "./smtp.js";

const [luke, leia, vader] = ["luke@example.org", "leia@example.org", "vader@example.org"];
const mail = { subject: "s", text: "t", to: [luke, leia], bcc: vader };

test("one of three is refused: delivered, and the receipt says who was not", async () => {
  const server = await smtpReceiver({
    recipient: (address) => (address === vader ? "550 5.1.1 who is that" : undefined),
  });
  const { send, next } = setUp({ transport: server.url });
  await send(mail);
  const { receipt, attempts } = await next("delivered");
  expect(attempts).toHaveLength(1);
  expect(receipt).toEqual({
    messageId: server.accepted[0]?.mail.messageId,
    refused: [{ address: vader, reply: "550 5.1.1 who is that" }],
  });
  expect(server.accepted.map(({ recipients }) => recipients)).toEqual([[luke, leia]]);
});

test("one is deferred, one refused: the next attempt asks for the deferred one only", async () => {
  const server = await smtpReceiver({
    recipient(address, attempt) {
      if (address === leia && attempt === 1) return "451 4.7.1 greylisted";
      return address === vader ? "550 5.1.1 who is that" : undefined;
    },
  });
  const { send, next, retryOf } = setUp({ transport: server.url });
  await send(mail);
  const waiting = await next("retry");
  expect(waiting.attempts[0]?.error).toEqual({
    code: "DEST_EMAIL_DEFERRED",
    message: `${leia}: 451 4.7.1 greylisted; already taken for ${luke}`,
  });
  await retryOf(waiting);
  const { receipt, attempts } = await next("delivered");
  expect(server.accepted.map(({ recipients }) => recipients)).toEqual([[luke], [leia]]);
  expect(server.accepted[1]?.raw.toString()).toBe(server.accepted[0]?.raw.toString());
  expect(attempts[1]?.request).toMatchObject({ to: [luke, leia], recipients: [leia] });
  expect(receipt).toMatchObject({ refused: [{ address: vader }] });
});

test("what an attempt in between fails with does not lose who has it", async () => {
  const server = await smtpReceiver({
    recipient: (address, attempt) => (address === leia && attempt === 1 ? "450 later" : undefined),
    data: (attempt) => (attempt === 2 ? "drop" : undefined),
  });
  const { send, next, retryOf } = setUp({ transport: server.url });
  await send(mail);
  await retryOf(await next("retry"));
  await retryOf(await next("retry"));
  const { receipt } = await next("delivered");
  expect(server.arrived.map(({ recipients }) => recipients)).toEqual([[luke, vader], [leia], [leia]]);
  expect(receipt).not.toHaveProperty("refused");
});

test("the deferred one is refused in the end: delivered to the others", async () => {
  const server = await smtpReceiver({
    recipient: (address, attempt) =>
      address === leia ? (attempt === 1 ? "450 later" : "550 never") : undefined,
  });
  const { send, next, retryOf } = setUp({ transport: server.url });
  await send(mail);
  await retryOf(await next("retry"));
  const { receipt } = await next("delivered");
  expect(receipt).toMatchObject({ refused: [{ address: leia, reply: "550 never" }] });
  expect(server.accepted).toHaveLength(1);
});

test("all are refused for good: dead, with a reply for each", async () => {
  const server = await smtpReceiver({ recipient: (address) => `550 no ${address}` });
  const { send, next } = setUp({ transport: server.url });
  await send(mail);
  const { error } = await next("dead");
  expect(error?.code).toBe("DEST_EMAIL_REFUSED");
  for (const address of [luke, leia, vader])
    expect(error?.message).toContain(`${address}: 550 no ${address}`);
});

test("of those who are refused, one only for now: nobody is asked twice who said never", async () => {
  const server = await smtpReceiver({
    recipient(address, attempt) {
      if (address !== leia) return "550 never";
      return attempt === 1 ? "450 later" : undefined;
    },
  });
  const { send, next, retryOf } = setUp({ transport: server.url });
  await send(mail);
  await retryOf(await next("retry"));
  const { receipt, attempts } = await next("delivered");
  expect(attempts[1]?.request).toMatchObject({ recipients: [leia] });
  expect((receipt as { refused: unknown[] }).refused).toHaveLength(2);
});

test("552 for one among several counts as too many at once, and the rest goes next", async () => {
  const server = await smtpReceiver({
    recipient: (address, attempt) =>
      address === vader && attempt === 1 ? "552 too many recipients" : undefined,
  });
  const { send, next, retryOf } = setUp({ transport: server.url });
  await send(mail);
  await retryOf(await next("retry"));
  await next("delivered");
  expect(server.accepted.map(({ recipients }) => recipients)).toEqual([[luke, leia], [vader]]);
});
