import MailComposer from "nodemailer/lib/mail-composer";
import { expect, test } from "vitest";
import { compose } from "../src/compose.js";
import { identityOf, type MailOrigin } from "../src/identity.js";
import { type EmailMessage, prepare, recipientsOf } from "../src/message.js";

const from = { name: "Dest", address: "robot@example.com" };
const origin: MailOrigin = {
  name: "email",
  idempotencyKey: "run.0",
  acceptedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  from: from.address,
};
const message: EmailMessage = {
  subject: "s",
  text: "text",
  html: '<img src="cid:dot">',
  to: "luke@example.org",
  attachments: [
    { filename: "a.txt", content: "a" },
    { filename: "dot.png", content: Buffer.from([1]), cid: "dot" },
  ],
};

function composed(given: EmailMessage = message, changes: Partial<MailOrigin> = {}) {
  const mail = prepare(given, undefined);
  return compose(mail, from, identityOf(mail, { ...origin, ...changes }), recipientsOf(mail));
}

const built = async (mail: ReturnType<typeof composed>) =>
  (await new MailComposer(mail).compile().build()).toString();

test("the same message is the same mail, byte for byte, however often it is composed", async () => {
  const first = await built(composed());
  expect(await built(composed())).toBe(first);
  expect(first).toContain("Date: Fri, 02 Jan 2026 03:04:05 +0000");
  expect(first.match(/boundary="[^"]+"/g)?.length).toBe(3);
});

test("another message, key or destination has another Message-ID; only the content changes the boundary", () => {
  const { messageId, baseBoundary } = composed();
  expect(composed(message, { idempotencyKey: "run.1" }).messageId).not.toBe(messageId);
  expect(composed(message, { name: "alerts" }).messageId).not.toBe(messageId);
  const other = composed({ ...message, text: "other" });
  expect(other.messageId).toBe(messageId);
  expect(other.baseBoundary).not.toBe(baseBoundary);
});

test("a key or id of the user's own chooses neither the id's form nor the file's path", () => {
  for (const idempotencyKey of [
    "../../etc/passwd",
    "a>\r\nBcc: evil@example.com",
    "\0",
    "雪".repeat(5_000),
  ]) {
    const identity = identityOf(prepare(message, undefined), { ...origin, idempotencyKey });
    expect(identity.messageId).toMatch(/^<[0-9a-f]{40}@example\.com>$/);
    expect(identity.fileName).toMatch(/^20260102T030405Z-[0-9a-f]{40}\.eml$/);
  }
});

test("the server is told exactly the addresses that were given, also odd ones", () => {
  const to = [
    '"evil@evil.example x"@example.org',
    '"a,b"@example.org',
    'Luke <"a b"@example.org>',
    "luke..s@example.org",
    "luke@[127.0.0.1]",
    "雪@例え.テスト",
    "luke@例え.テスト",
    "-flag@example.org",
    "o'neil+tag/x=y@example.org",
  ];
  const mail = composed({ ...message, to });
  const compiled = new MailComposer(mail).compile();
  expect(compiled.getEnvelope()).toEqual({ from: from.address, to: mail.envelope.to });
  expect(mail.envelope.to).toHaveLength(to.length);
});

test.each([{ path: "/etc/hostname" }, { href: "http://127.0.0.1:1/" }])(
  "%o is not read, were it ever to get here",
  async (html) => {
    const mail = prepare(message, undefined);
    const stored = { ...mail, html } as never;
    const outgoing = compose(stored, from, identityOf(mail, origin), ["luke@example.org"]);
    await expect(built(outgoing)).rejects.toMatchObject({ code: /EFILEACCESS|EURLACCESS/ });
  },
);
