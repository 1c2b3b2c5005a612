import type { AddressInfo } from "node:net";
import { type DestinationService, type ServiceAnswer, type Taken, testDestination } from "@dest/core/testing";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { test } from "vitest";
import { email } from "../src/index.js";

interface Server extends DestinationService {
  readonly url: string;
}

// What it was sent comes back in places where servers repeat it.
const replies = { transient: "451 4.3.0 later, PLANTED", permanent: "550 5.7.1 no, PLANTED" } as const;

async function smtpServer(answer: () => ServiceAnswer): Promise<Server> {
  const accepted: Taken[] = [];
  const open = new Set<{ destroy(): void }>();
  const server = new SMTPServer({
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    onAuth: ({ username, password }, _session, done) =>
      done(username === "robot" && password === "PLANTED" ? null : new Error("no"), { user: username }),
    async onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      const { subject, messageId } = await simpleParser(Buffer.concat(chunks));
      const told = answer();
      if (told === "transient" || told === "permanent") {
        const reply = replies[told];
        done(Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) }));
      } else if (told === "accept") {
        accepted.push({ call: Number(subject?.split(" ").at(-1)), key: messageId });
        done();
      }
    },
  });
  server.on("error", () => {});
  server.server.on("connection", (socket) => open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `smtp://robot:PLANTED@127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    taken: () => accepted,
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

const valid = { subject: "s", text: "t", to: "luke@example.org" };

testDestination({
  test,
  serve: smtpServer,
  create: ({ url }) => email({ from: "Dest <robot@example.com>", transport: url }),
  call: (number) => [
    {
      subject: `message ${number}`,
      text: "text",
      html: "<p>html</p>",
      to: ["luke@example.org", "Leia <leia@example.org>"],
      cc: "han@example.org",
      bcc: "vader@example.org",
      reply_to: "answers@example.com",
      attachments: [
        { filename: "a.txt", content: "text" },
        { filename: "a.bin", content: new Uint8Array([0, 1, 255]), contentType: "application/x-a", cid: "a" },
      ],
    },
  ],
  invalid: [
    { args: [undefined], path: "the message" },
    { args: [{ ...valid, subject: undefined }], path: "subject" },
    { args: [{ ...valid, subject: "a\r\nBcc: vader@example.org" }], path: "subject" },
    { args: [{ ...valid, text: undefined }], path: "text" },
    { args: [{ ...valid, html: { path: "/etc/passwd" } }], path: "html" },
    { args: [{ ...valid, to: undefined }], path: "to" },
    { args: [{ ...valid, cc: "nobody" }], path: "cc" },
    { args: [{ ...valid, attachments: [{ path: "/etc/passwd" }] }], path: "attachments.0.path" },
  ],
  secrets: ["PLANTED", Buffer.from("\0robot\0PLANTED").toString("base64")],
  cannot: {
    throttle: "SMTP has no reply that names a time",
    partial: "each message is a mail of its own",
  },
});
