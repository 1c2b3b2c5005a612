import type { SendMailOptions } from "nodemailer";
import { encodeWord } from "nodemailer/lib/mime-funcs";
import type { Mailbox } from "./addresses.js";
import type { PreparedAttachment } from "./attachments.js";
import type { Identity } from "./identity.js";
import type { PreparedMail } from "./message.js";
import type { OutgoingMail } from "./transport.js";

/** Characters of one encoded word, which a line must have room for beside its name. */
const encodedLength = 52;

/**
 * What nodemailer is given, member by member: it would follow a path, an address or an envelope that a payload had
 * brought along. `recipients` are those the server is told; the headers name all.
 */
export function compose(
  mail: PreparedMail,
  from: Mailbox,
  { messageId, date, boundary }: Identity,
  recipients: readonly string[],
): OutgoingMail {
  const { subject, text, html, attachments } = mail;
  return {
    from: { ...from },
    to: copied(mail.to),
    cc: copied(mail.cc),
    bcc: copied(mail.bcc),
    replyTo: copied(mail.replyTo),
    subject: literal(subject),
    // Nodemailer leaves an empty text out, which makes no difference to who reads it.
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    attachments: attachments.map(toAttachment),
    messageId,
    date,
    baseBoundary: boundary,
    envelope: { from: from.address, to: [...recipients] },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

// What looks like an encoded word (RFC 2047, 2) would be read as what it stands for, a line break among it.
function literal(subject: string): string {
  return subject.includes("=?") ? encodeWord(subject, "B", encodedLength) : subject;
}

// Nodemailer writes into what it is given.
function copied(mailboxes: readonly Mailbox[]): Mailbox[] {
  return mailboxes.map((mailbox) => ({ ...mailbox }));
}

function toAttachment({
  content,
  ...rest
}: PreparedAttachment): NonNullable<SendMailOptions["attachments"]>[number] {
  return { ...rest, content: typeof content === "string" ? content : asBuffer(content) };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
