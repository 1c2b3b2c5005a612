import { classifyFailure, classifySent, type MailError, type Sending, toError } from "./classify.js";
import { shownReply } from "./reply.js";
import type { Sender } from "./sender.js";
import type { MailTransport, OwnTransport } from "./transport.js";

/** Sends through nodemailer. `hide` takes secrets out of what a server says. */
export function transportSender(
  transport: MailTransport & Partial<OwnTransport>,
  hide: (text: string) => string,
): Sender {
  return {
    async send({ mail, identity: { messageId }, recipients, before }, context) {
      const sending: Sending = { recipients, before, messageId, hide };
      const { signal } = context;
      // A transport that knows nothing of the signal goes on by itself; the attempt is over even so.
      const aborted = new Promise<never>((_, reject) => context.onAbort(reject));
      try {
        const sent = await Promise.race([transport.sendMail({ ...mail, signal }), aborted]);
        const reply = shownReply(sent.response);
        if (reply !== undefined) context.record({ response: { reply: hide(reply) } });
        return classifySent(sent, sending);
      } catch (thrown) {
        const error = asError(thrown);
        const reply = shownReply(error.response);
        if (reply !== undefined) context.record({ response: { reply: hide(reply) } });
        return classifyFailure(error, sending, transport.wasSentWhole?.(signal));
      }
    },
    async verify() {
      try {
        await transport.verify?.();
      } catch (thrown) {
        throw toError(asError(thrown), hide, false);
      }
    },
    async close() {
      await transport.close?.();
    },
  };
}

function asError(thrown: unknown): MailError {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
