import type { JsonValue } from "@dest/core";
import { type Mailbox, shownMailbox } from "./addresses.js";
import { attachmentBytes } from "./attachments.js";
import { mailBytes, type PreparedMail } from "./message.js";

/** The mail as the delivery record shows it: all but what it says. `recipients`: those of this attempt. */
export function requestRecord(
  mail: PreparedMail,
  from: Mailbox,
  messageId: string,
  recipients: readonly string[],
): JsonValue {
  const { to, cc, bcc, replyTo, subject, attachments, ignored } = mail;
  return {
    messageId,
    from: shownMailbox(from),
    ...present({ to: to.map(shownMailbox), cc: cc.map(shownMailbox), bcc: bcc.map(shownMailbox) }),
    ...present({ reply_to: replyTo.map(shownMailbox) }),
    recipients: [...recipients],
    subject,
    bytes: mailBytes(mail),
    ...present({
      attachments: attachments.map((one) => ({
        filename: one.filename ?? null,
        bytes: attachmentBytes(one),
      })),
      ignored,
    }),
  };
}

function present(lists: { readonly [key: string]: readonly JsonValue[] }): {
  readonly [key: string]: JsonValue;
} {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}
