import { DestError, type Destination, defineDestination, type Policy } from "@dest/core";
import { compose } from "./compose.js";
import { directorySender } from "./directory-sender.js";
import { identityOf } from "./identity.js";
import { Ignored } from "./ignored.js";
import {
  accepts,
  type EmailMessage,
  mailBytes,
  type PreparedMail,
  prepare,
  recipientsOf,
} from "./message.js";
import { type EmailOptions, optionNames, readOptions, type Settings } from "./options.js";
import { readProgress, remaining } from "./recipients.js";
import { requestRecord } from "./record.js";
import { secretHider } from "./secrets.js";
import type { Sender } from "./sender.js";
import { isTransport, openTransport, type SmtpOptions } from "./transport.js";
import { transportSender } from "./transport-sender.js";

type Args = readonly [message: EmailMessage];

/**
 * Servers are slow on purpose, and a mail given up too soon is sent twice: RFC 5321, 4.5.3.2, grants them minutes. Few
 * take many connections at once.
 */
const policy: Policy = { timeout: 120_000, concurrency: 5 };

/** Sends each message as one mail: over SMTP, or into a folder where no transport is given. */
export const email = defineDestination<Args, PreparedMail, EmailOptions>(
  (options): Destination<Args, PreparedMail> => {
    const settings = readOptions(options);
    const { from, audience, transport, directory } = settings;
    const ignored = new Ignored();
    let sender: Sender | undefined;
    return {
      kind: "email",
      apiVersion: 1,
      policy,
      accepts,
      prepare: (message) => prepare(message, audience),
      sizeOf: mailBytes,
      open({ policy, warn }) {
        sender = openSender(settings, policy);
        ignored.open(warn);
        if (transport === undefined)
          warn(`no transport is configured: mails are not sent, but written to ${directory}`);
      },
      async deliver({ messages: [{ value, idempotencyKey, acceptedAt }], progress }, context) {
        if (!sender) throw notOpen();
        const before = readProgress(progress);
        const recipients = remaining(recipientsOf(value), before);
        const origin = { name: context.name, idempotencyKey, acceptedAt, from: from.address };
        const identity = identityOf(value, origin);
        context.record({ request: requestRecord(value, from, identity.messageId, recipients) });
        ignored.warnOf(value);
        const mail = compose(value, from, identity, recipients);
        return sender.send({ mail, identity, recipients, before }, context);
      },
      async probe() {
        if (!sender) throw notOpen();
        await sender.verify();
      },
      async close() {
        const closing = sender;
        sender = undefined;
        await closing?.close();
      },
    };
  },
  optionNames,
);

function openSender({ transport, directory }: Settings, policy: Parameters<typeof openTransport>[1]): Sender {
  if (transport === undefined) return directorySender(directory);
  // Nodemailer's own keep what they were made with.
  if (isTransport(transport))
    return transportSender(transport, secretHider((transport as { options?: SmtpOptions }).options ?? {}));
  return transportSender(openTransport(transport, policy), secretHider(transport));
}

// Only where an attempt begins while the instance closes.
function notOpen(): DestError {
  return new DestError("DEST_EMAIL_TRANSPORT", "the transport is closed");
}
