import { createDest, type Sent } from "@dest/core";
import type { SendFunctionsWrapper } from "@pipedream/types";
import { createTransport } from "nodemailer";
import { describe, expect, test } from "vitest";
import { type EmailMessage, type EmailOptions, email, type MailTransport } from "../src/index.js";
import { thrownBy } from "./thrown-by.js";

const from = "robot@example.com";

// Exported, so that its declaration must be writable with public names only.
export const dest = createDest({
  destinations: {
    email: email({ from, owner: "owner@example.com" }),
    alerts: email({ from, transport: { host: "127.0.0.1", port: 25 }, timeout: 10_000 }),
  },
});

/** Code typed for the hosted product takes ours. */
type HostedEmail = SendFunctionsWrapper["email"];

test("$.send.email can stand where hosted code expects its own", () => {
  const run = dest.begin();
  const hosted: HostedEmail = run.$.send.email;
  hosted({ subject: "s", html: "<p>t</p>" });
  expect(run.ids()).toHaveLength(1);
  run.discard();
});

test("what nodemailer makes is a transport", () => {
  const transports: MailTransport[] = [
    createTransport("smtp://127.0.0.1"),
    createTransport({ host: "127.0.0.1", pool: true }),
    createTransport({ sendmail: true }),
    { sendMail: async () => ({}) },
  ];
  for (const transport of transports) expect(email({ from, transport }).kind).toBe("email");
});

describe("what types forbid is refused at run time too", () => {
  const refused = expect.objectContaining({ code: "DEST_INVALID_PAYLOAD" });
  const sending = (work: (send: (message: EmailMessage) => Sent) => unknown) => () => {
    const run = dest.begin();
    try {
      work(run.$.send.email);
    } finally {
      run.discard();
    }
  };

  test("in a message", () => {
    // @ts-expect-error the subject is missing
    expect(sending((send) => send({ text: "t" }))).toThrow(refused);
    // @ts-expect-error a string
    expect(sending((send) => send({ subject: "s", text: 5 }))).toThrow(refused);
    // @ts-expect-error it is called text
    expect(sending((send) => send({ subject: "s", body: "t" }))).toThrow(/unknown key body/);
    // @ts-expect-error files are not read
    expect(sending((send) => send({ subject: "s", text: "t", attachments: [{ path: "a" }] }))).toThrow(
      refused,
    );
  });

  test.each<[string, unknown, RegExp]>([
    ["no options", undefined, /^from: must be an address/],
    ["no from", {}, /^from/],
    ["two senders", { from: "a@b.example, c@b.example" }, /^from: must be one address/],
    ["a sender with a line break", { from: "a@b.example\r\nBcc: c@b.example" }, /^from/],
    [
      "a transport of another protocol",
      { from, transport: "https://u:PLANTED@a.example" },
      /^transport: must be an smtp:/,
    ],
    ["a transport that is no URL", { from, transport: "PLANTED" }, /^transport/],
    ["a transport that is nothing", { from, transport: null }, /^transport/],
    ["a plugin of nodemailer", { from, transport: { name: "a", version: "1", send() {} } }, /^transport/],
    ["collaborators without an owner", { from, collaborators: "a@b.example" }, /^owner/],
    ["an owner that is no address", { from, owner: "me" }, /^owner/],
    ["a folder beside a transport", { from, transport: "smtp://a.example", directory: "mail" }, /^directory/],
    ["a folder that is no path", { from, directory: 5 }, /^directory/],
    ["an option nobody reads", { from, form: "a" }, /unknown option form.*from/],
    ["a batch", { from, batch: { maxSize: 5 } }, /^batch/],
  ])("in options: %s", (_, options, expected) => {
    const error = thrownBy(() => email(options as EmailOptions));
    expect(error.code).toBe("DEST_INVALID_OPTION");
    expect(error.message).toMatch(expected);
    expect(error.message).not.toContain("PLANTED");
  });
});
