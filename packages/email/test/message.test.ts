import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { type EmailMessage, type PreparedMail, prepare } from "../src/message.js";
import { thrownBy } from "./thrown-by.js";

const valid = { subject: "s", text: "t", to: "luke@example.org" };
const preparing = (given: object) => () => prepare({ ...valid, ...given } as EmailMessage, undefined);

describe("what could begin a header or a command of its own is refused", () => {
  const breaks = ["\r\nBcc: evil@example.com", "\n", "\r", "\0", "\u0085", "\x1b[2J"];
  const fields: [string, (text: string) => object][] = [
    ["subject", (text) => ({ subject: `hello${text}` })],
    ["to", (text) => ({ to: `luke@example.org${text}` })],
    ["to", (text) => ({ to: ["leia@example.org", `luke${text}@example.org`] })],
    ["cc", (text) => ({ cc: `Luke${text} <luke@example.org>` })],
    ["bcc", (text) => ({ bcc: `"Luke${text}" <luke@example.org>` })],
    ["reply_to", (text) => ({ reply_to: `luke@example.org${text}` })],
    ["attachments.0.filename", (text) => ({ attachments: [{ content: "", filename: `a${text}.txt` }] })],
    [
      "attachments.0.contentType",
      (text) => ({ attachments: [{ content: "", contentType: `text/csv${text}` }] }),
    ],
    ["attachments.0.cid", (text) => ({ attachments: [{ content: "", cid: `a${text}` }] })],
  ];
  test.each(fields.flatMap(([path, given]) => breaks.map((text) => [path, text, given] as const)))(
    "%s with %j",
    (path, text, given) => {
      const error = thrownBy(preparing(given(text)));
      expect(error.code).toBe("DEST_INVALID_PAYLOAD");
      expect(error.message).toContain(`for ${path}`);
      // What is refused there does not break the lines of a log either.
      expect(error.message).not.toMatch(/\p{Cc}/u);
    },
  );
});

test.each<[string, object]>([
  ["the message", null as unknown as object],
  ["subject", { subject: undefined }],
  ["subject", { subject: 5 }],
  ["subject", { subject: { path: "/etc/passwd" } }],
  ["text", { text: undefined }],
  ["text", { text: { path: "/etc/passwd" } }],
  ["html", { html: { path: "/etc/passwd" } }],
  ["html", { html: { href: "http://127.0.0.1/" } }],
  ["html", { html: Buffer.from("<p>") }],
  ["html", { html: null }],
  ["to", { to: "luke" }],
  ["to", { to: "luke@" }],
  ["to", { to: "@example.org" }],
  ["to", { to: "luke@exam ple.org" }],
  ["to", { to: "luke@example.org/x" }],
  ["to", { to: "Luke <luke@example.org> <" }],
  ["to", { to: "luke@example.org leia@example.org" }],
  ["to", { to: "Luke luke@example.org" }],
  ["to", { to: "<luke@example.org> <leia@example.org>" }],
  ["to", { to: "luke@example.org," }],
  ["to", { to: 'Luke" <luke@example.org>' }],
  ["to", { to: '"Luke <luke@example.org>' }],
  ["to", { to: "luke\\@example.org" }],
  ["to", { to: "" }],
  ["to", { to: "leia\u2028luke@example.org" }],
  ["to", { to: "luke@example\u00a0.org" }],
  ["to", { to: { name: "Luke", address: "luke@example.org" } }],
  ["to", { to: ["luke@example.org", ""] }],
  ["to", { to: ["luke@example.org", 5] }],
  ["to", { to: "Friends: luke@example.org, leia@example.org;" }],
  ["cc", { cc: 5 }],
  ["bcc", { bcc: null }],
  ["include_collaborators", { include_collaborators: "yes" }],
  ["attachments", { attachments: "/etc/passwd" }],
  ["attachments", { attachments: { path: "/etc/passwd" } }],
  ["attachments.0", { attachments: ["/etc/passwd"] }],
  ["attachments.0.path", { attachments: [{ path: "/etc/passwd" }] }],
  ["attachments.0.href", { attachments: [{ content: "", href: "http://127.0.0.1/" }] }],
  ["attachments.0.raw", { attachments: [{ raw: "Content-Type: text/html\r\n\r\n" }] }],
  ["attachments.1.encoding", { attachments: [{ content: "" }, { content: "", encoding: "base64" }] }],
  ["attachments.0.headers", { attachments: [{ content: "", headers: { "X-A": "b" } }] }],
  ["attachments.0.content", { attachments: [{ filename: "a" }] }],
  ["attachments.0.content", { attachments: [{ content: { path: "/etc/passwd" } }] }],
  ["attachments.0.content", { attachments: [{ content: process.stdin }] }],
  ["attachments.0.contentType", { attachments: [{ content: "", contentType: "multipart/mixed" }] }],
  ["attachments.0.contentType", { attachments: [{ content: "", contentType: "text" }] }],
  ["attachments.0.cid", { attachments: [{ content: "", cid: "a>b" }] }],
])("%s is refused, and named: %#", (path, given) => {
  const error = thrownBy(given === null ? () => prepare(null as never, undefined) : preparing(given));
  expect(error.code).toBe("DEST_INVALID_PAYLOAD");
  expect(error.message).toContain(`for ${path}`);
});

test.each([
  ["luke@example.org", [{ name: "", address: "luke@example.org" }]],
  [
    'Luke <luke@example.org>, "Organa, Leia" <leia@example.org>',
    [
      { name: "Luke", address: "luke@example.org" },
      { name: "Organa, Leia", address: "leia@example.org" },
    ],
  ],
  ["<luke@example.org>", [{ name: "", address: "luke@example.org" }]],
  ["a@b.example <luke@example.org>", [{ name: "a@b.example", address: "luke@example.org" }]],
  ['"say \\"hi\\"" <luke@example.org>', [{ name: 'say "hi"', address: "luke@example.org" }]],
  ["luke@EXAMPLE.org", [{ name: "", address: "luke@example.org" }]],
  ["Luke@example.org", [{ name: "", address: "Luke@example.org" }]],
  ["雪@例え.テスト", [{ name: "", address: "雪@例え.テスト" }]],
  ["snow@例え.テスト", [{ name: "", address: "snow@xn--r8jz45g.xn--zckzah" }]],
  ["luke..s@example.org", [{ name: "", address: '"luke..s"@example.org' }]],
  ["luke@[127.0.0.1]", [{ name: "", address: "luke@[127.0.0.1]" }]],
  ["luke@localhost", [{ name: "", address: "luke@localhost" }]],
])("the address %s", (to, expected) => {
  expect(prepare({ ...valid, to }, undefined).to).toEqual(expected);
});

test("an address that hides another goes nowhere else", () => {
  // One quoted part, at one host: not two addresses.
  const { to } = prepare({ ...valid, to: '"evil@evil.example x"@example.org' }, undefined);
  expect(to).toEqual([{ name: "", address: '"evil@evil.example x"@example.org' }]);
});

test("what else a payload brings along stays out of what is kept", () => {
  const envelope = { from: "evil@example.com", to: "evil@example.com" };
  const given = { ...valid, envelope, raw: "raw", headers: { "X-A": "b" }, from: "evil@example.com" };
  const shown = inspect(prepare(given as EmailMessage, undefined));
  expect(shown).not.toMatch(/evil|raw|X-A/);
});

test("explicit undefined is absent", () => {
  const { subject, text, to } = valid;
  const all: { [key in keyof Required<EmailMessage>]: EmailMessage[key] } = {
    subject,
    text,
    to,
    html: undefined,
    cc: undefined,
    bcc: undefined,
    reply_to: undefined,
    attachments: undefined,
    include_collaborators: undefined,
  };
  const kept = (mail: PreparedMail) => JSON.parse(JSON.stringify(mail)) as unknown;
  expect(kept(prepare(all as EmailMessage, undefined))).toEqual(kept(prepare(valid, undefined)));
  const attachment = {
    content: "a",
    filename: undefined,
    contentType: undefined,
    cid: undefined,
    path: undefined,
  };
  expect(prepare({ ...valid, attachments: [attachment] }, undefined).attachments).toEqual([{ content: "a" }]);
});

test("half of a character is replaced, as it is in JSON and UTF-8", () => {
  const { subject, text } = prepare({ ...valid, subject: "a\ud83d", text: "\udc00b" }, undefined);
  expect([subject, text]).toEqual(["a\ufffd", "\ufffdb"]);
});
