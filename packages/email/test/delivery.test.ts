import { describe, expect, test } from "vitest";
import { setUp } from "./set-up.js";
import { smtpReceiver } from "./smtp.js";

const to = "luke@example.org";

test("a mail arrives as it was sent", async () => {
  const server = await smtpReceiver();
  const { send, next, dest } = setUp({ transport: server.url });
  const [id] = await send({
    subject: "Hello",
    text: "plain",
    html: "<p>rich</p>",
    to: ["Luke <luke@example.org>", "leia@example.org"],
    cc: "han@example.org, chewie@example.org",
    bcc: "vader@example.org",
    reply_to: "answers@example.com",
    attachments: [
      { filename: "notes.txt", content: "notes: ☃" },
      { filename: "dot.png", content: Buffer.from([0, 1, 2, 255]), cid: "dot" },
      { content: new Uint8Array([7]), contentType: "application/x-seven" },
    ],
  });
  const record = await next("delivered");
  const [{ mail, recipients, sender, raw }] = server.accepted as [(typeof server.accepted)[0]];
  expect(sender).toBe("robot@example.com");
  expect(mail.from?.text).toBe('"Dest" <robot@example.com>');
  expect([mail.subject, mail.text?.trim(), mail.html]).toEqual(["Hello", "plain", "<p>rich</p>"]);
  expect([mail.to].flat().map((one) => one?.text)).toEqual(['"Luke" <luke@example.org>, leia@example.org']);
  expect([mail.cc].flat().map((one) => one?.text)).toEqual(["han@example.org, chewie@example.org"]);
  expect(mail.replyTo?.text).toBe("answers@example.com");
  expect(recipients).toEqual([
    "luke@example.org",
    "leia@example.org",
    "han@example.org",
    "chewie@example.org",
    "vader@example.org",
  ]);
  expect(raw.toString()).not.toContain("vader");
  const attachments = mail.attachments.map(({ filename, content, contentType, cid }) => ({
    filename,
    content: [...content],
    contentType,
    cid,
  }));
  expect(attachments).toEqual([
    { filename: "dot.png", content: [0, 1, 2, 255], contentType: "image/png", cid: "dot" },
    {
      filename: "notes.txt",
      content: [...Buffer.from("notes: ☃")],
      contentType: "text/plain",
      cid: undefined,
    },
    { filename: expect.any(String), content: [7], contentType: "application/x-seven", cid: undefined },
  ]);
  expect(mail.messageId).toMatch(/^<[0-9a-f]{40}@example\.com>$/);
  expect(mail.date?.getTime()).toBe(Math.floor(record.acceptedAt / 1_000) * 1_000);
  expect(record).toMatchObject({ id, receipt: { messageId: mail.messageId } });
  expect(record.attempts).toMatchObject([
    {
      outcome: "delivered",
      request: {
        messageId: mail.messageId,
        from: "Dest <robot@example.com>",
        to: ["Luke <luke@example.org>", "leia@example.org"],
        subject: "Hello",
        attachments: [{ filename: "notes.txt", bytes: 10 }, { filename: "dot.png", bytes: 4 }, { bytes: 1 }],
      },
      response: { reply: expect.stringMatching(/^250 /) },
    },
  ]);
  expect(await dest.probe()).toEqual({ email: { ok: true } });
});

describe("what it is made of", () => {
  test.each([
    ["only text", { text: "plain" }, { text: "plain", html: false }],
    ["only html", { html: "<p>rich</p>", text: undefined }, { html: "<p>rich</p>" }],
    ["an empty text", { text: "" }, { html: false }],
    ["a line with nothing but a dot", { text: "a\n.\n..\nb" }, { text: "a\n.\n..\nb" }],
  ])("%s", async (_, content, expected) => {
    const server = await smtpReceiver();
    const { send, next } = setUp({ transport: server.url });
    await send({
      subject: "s",
      to,
      cc: undefined,
      bcc: undefined,
      reply_to: undefined,
      attachments: undefined,
      ...content,
    });
    await next("delivered");
    const { mail } = server.accepted[0] ?? {};
    const html = typeof mail?.html === "string" && mail.html.trimEnd();
    expect({ text: mail?.text?.replace(/\n$/, ""), html }).toMatchObject(expected);
  });

  test("subjects of any script and length", async () => {
    const subjects = [
      "日本語の件名：お知らせ、そしてとても長い件名なので何行にも折り返されるはずです、ね",
      "🎉 Launched 🚀 👩‍👩‍👧‍👦",
      "Grüße aus Köln = ?utf-8?Q?x?=",
      "=?utf-8?Q?=0D=0A?= and what it looks like",
      "a".repeat(900),
    ];
    const server = await smtpReceiver();
    const { send, next } = setUp({ transport: server.url });
    await send(...subjects.map((subject) => ({ subject, text: "t", to })));
    for (const _ of subjects) await next("delivered");
    expect(server.accepted.map(({ mail }) => mail.subject).sort()).toEqual(subjects.sort());
    // RFC 5322, 2.1.1
    for (const { raw } of server.accepted)
      for (const line of raw.toString("latin1").split("\r\n")) expect(line.length).toBeLessThan(999);
  });

  test("5 MB of html", async () => {
    const server = await smtpReceiver();
    const { send, next } = setUp({ transport: server.url });
    const html = `<p>${"雪 Schnee snow\n".repeat((5 * 2 ** 20) / 17)}</p>`;
    await send({ subject: "s", html, to });
    const record = await next("delivered");
    expect(server.accepted[0]?.mail.html).toBe(`${html}\n`);
    expect(record.attempts).toMatchObject([{ request: { bytes: Buffer.byteLength(html) + 1 } }]);
  });
});

test("a domain in another script is written in ASCII, each recipient is told once", async () => {
  const server = await smtpReceiver();
  const { send, next } = setUp({ transport: server.url });
  await send({ subject: "s", text: "t", to: ["Jürgen <j@jõgeva.ee>", "j@JÕGEVA.ee"] });
  const { attempts } = await next("delivered");
  expect(attempts[0]?.request).toMatchObject({ recipients: ["j@xn--jgeva-dua.ee"] });
  // This server shows a domain as it is meant.
  expect(server.accepted[0]?.recipients).toEqual(["j@jõgeva.ee"]);
  expect(server.accepted[0]?.raw.toString()).toContain("=?UTF-8?Q?J=C3=BCrgen?= <j@xn--jgeva-dua.ee>");
});

test("mails of one run share connections, no more than concurrency at once", async () => {
  const server = await smtpReceiver();
  const { send, next } = setUp({ transport: server.url, concurrency: 3 });
  await send(...Array.from({ length: 20 }, (_, i) => ({ subject: `s${i}`, text: "t", to })));
  for (let i = 0; i < 20; i++) await next("delivered");
  expect(server.accepted).toHaveLength(20);
  expect(server.connections).toBeLessThanOrEqual(3);
  const ids = new Set(server.accepted.map(({ mail }) => mail.messageId));
  expect(ids.size).toBe(20);
});
