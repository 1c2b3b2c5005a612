import { expect, test } from "vitest";
import type { EmailMessage } from "../src/index.js";
import { setUp } from "./set-up.js";
import { smtpReceiver } from "./smtp.js";
import { thrownBy } from "./thrown-by.js";

const owner = "Owner <owner@example.com>";
const collaborators = ["one@example.com", "Two <two@example.com>"];

test("with an owner mails go to the owner's address", async () => {
  const server = await smtpReceiver();
  const { send, next, warnings } = setUp({ transport: server.url, owner, collaborators });
  await send({ subject: "s", text: "t" }, { subject: "s", text: "t", include_collaborators: false });
  await next("delivered");
  await next("delivered");
  expect(server.accepted.map(({ recipients }) => recipients)).toEqual([
    ["owner@example.com"],
    ["owner@example.com"],
  ]);
  expect(warnings).toEqual([]);
});

test("include_collaborators adds the configured ones", async () => {
  const server = await smtpReceiver();
  const { send, next } = setUp({ transport: server.url, owner, collaborators });
  await send({ subject: "s", html: "<p>t</p>", include_collaborators: true });
  await next("delivered");
  expect(server.accepted[0]?.recipients).toEqual(["owner@example.com", "one@example.com", "two@example.com"]);
});

test("to, cc and bcc are warned about by name, once each, and never followed", async () => {
  const server = await smtpReceiver();
  const { send, next, warnings } = setUp({ transport: server.url, owner });
  const message = { subject: "s", text: "t", to: "someone@else.example", reply_to: "answers@example.com" };
  await send(message, { ...message, cc: "\r\nno address", bcc: [] }, { ...message, cc: undefined });
  for (let i = 0; i < 3; i++) await next("delivered");
  for (const { recipients, mail } of server.accepted) {
    expect(recipients).toEqual(["owner@example.com"]);
    expect(mail.cc).toBeUndefined();
    expect(mail.replyTo?.text).toBe("answers@example.com");
  }
  expect(warnings).toHaveLength(3);
  for (const [i, key] of ["to", "cc", "bcc"].entries())
    expect(warnings[i]).toMatch(new RegExp(`^email: ${key} is not read: mails go to the owner`));
});

test("include_collaborators without any is warned about", async () => {
  const server = await smtpReceiver();
  const { send, next, warnings } = setUp({ transport: server.url, owner });
  await send({ subject: "s", text: "t", include_collaborators: true });
  const { attempts } = await next("delivered");
  expect(attempts[0]?.request).toMatchObject({ ignored: ["include_collaborators"] });
  expect(warnings).toEqual([expect.stringContaining("include_collaborators adds nobody")]);
});

test.each<[string, Partial<EmailMessage>, RegExp]>([
  ["no to", {}, /invalid value undefined for to: .*no owner/],
  ["a to that is undefined", { to: undefined }, /for to/],
  ["a to without addresses", { to: [] }, /for to/],
  [
    "include_collaborators",
    { to: "a@b.example", include_collaborators: true },
    /for include_collaborators: .*owner/,
  ],
])("without an owner, %s is refused", (_, given, expected) => {
  const { dest } = setUp({ transport: "smtp://127.0.0.1:1" });
  const run = dest.begin();
  const error = thrownBy(() => run.$.send.email({ subject: "s", text: "t", ...given }));
  run.discard();
  expect(error.code).toBe("DEST_INVALID_PAYLOAD");
  expect(error.message).toMatch(expected);
});
