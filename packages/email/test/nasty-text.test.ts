import { randomInt } from "node:crypto";
import { DestError } from "@dest/core";
import { type ParsedMail, simpleParser } from "mailparser";
import MailComposer from "nodemailer/lib/mail-composer";
import { expect, test } from "vitest";
import { compose } from "../src/compose.js";
import { identityOf } from "../src/identity.js";
import { type PreparedMail, prepare, recipientsOf } from "../src/message.js";

const pieces = [
  ...'\r\n\0\t"\\<>()[],:;@.=? ',
  ...[
    "a",
    "luke",
    "example.org",
    "luke@example.org",
    "Luke <luke@example.org>",
    "é",
    "雪",
    "🎉",
    "\ud83d",
    "\u2028",
  ],
  ...[
    "\r\nBcc: evil@evil.example",
    "=?utf-8?Q?a?=",
    "evil@evil.example",
    "--",
    "\r\n.\r\n",
    "\u202e",
    "\x7f",
  ],
];
const from = { name: "", address: "robot@example.com" };
const headerNames = [
  "content-transfer-encoding",
  "content-type",
  "date",
  "from",
  "message-id",
  "mime-version",
];

test("no text makes a header, a recipient or a part that was not meant", async () => {
  const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
  console.log(`nasty texts: SEED=${seed}`);
  const random = mulberry32(seed);
  const nasty = () =>
    Array.from(
      { length: 1 + Math.floor(random() * 6) },
      () => pieces[Math.floor(random() * pieces.length)],
    ).join("");
  let sent = 0;
  for (let i = 0; i < 2_000; i++) {
    const odd = nasty();
    const message = {
      subject: nasty(),
      text: nasty(),
      to: random() < 0.5 ? odd : `${odd} <luke@example.org>`,
    };
    const mail = prepared(message);
    if (!mail) continue;
    sent += 1;
    const { parsed, envelope } = await throughTheWire(mail);
    expect(spaced(parsed.subject ?? ""), JSON.stringify(message)).toBe(spaced(mail.subject));
    expect([...parsed.headers.keys()].filter((name) => name !== "subject" && name !== "to").sort()).toEqual(
      headerNames,
    );
    expect(envelope, JSON.stringify(message)).toEqual({ from: from.address, to: recipientsOf(mail) });
    expect(parsed.attachments).toEqual([]);
  }
  // Most are refused; what is left must be enough to mean something.
  expect(sent).toBeGreaterThan(20);
});

function prepared(message: { subject: string; text: string; to: string }): PreparedMail | undefined {
  try {
    return prepare(message, undefined);
  } catch (error) {
    if (DestError.is(error) && error.code === "DEST_INVALID_PAYLOAD") return undefined;
    throw error;
  }
}

async function throughTheWire(mail: PreparedMail): Promise<{ parsed: ParsedMail; envelope: unknown }> {
  const origin = { name: "email", idempotencyKey: "run.0", acceptedAt: 0, from: from.address };
  const composed = compose(mail, from, identityOf(mail, origin), recipientsOf(mail));
  const message = new MailComposer(composed).compile();
  return { parsed: await simpleParser(await message.build()), envelope: message.getEnvelope() };
}

/** White space in a header is no more than that: lines are folded there (RFC 5322, 2.2.3). */
function spaced(subject: string): string {
  return subject.replace(/\s+/g, " ").trim();
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
