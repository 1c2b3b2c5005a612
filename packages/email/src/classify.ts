import { DestError, type Outcome } from "@dest/core";
import { type Answers, kept, type Progress, type Refusal, refusal, settle } from "./recipients.js";
import { codeOf, isForNow, isForNowAmongOthers, shownReply } from "./reply.js";
import type { SentMail } from "./transport.js";

/** One attempt: to whom, what was before, and how to hide what no record may show. */
export interface Sending {
  readonly recipients: readonly string[];
  readonly before: Progress;
  readonly messageId: string;
  readonly hide: (text: string) => string;
}

/** What nodemailer's errors say beside their message. */
export interface MailError extends Error {
  readonly code?: string;
  /** Of the system, as in ECONNREFUSED. */
  readonly originalCode?: string;
  /** What the reply answers, as in `RCPT TO`. */
  readonly command?: string;
  readonly response?: string;
  readonly recipient?: string;
  /** One for each recipient, where all were refused. */
  readonly rejectedErrors?: readonly Error[];
}

// RFC 4954, 6: not logged in, or not well enough. 530 is said of a mail, but not because of it.
const authCodes = new Set([530, 534, 535, 538]);
const authErrors = new Set(["EAUTH", "ENOAUTH", "EOAUTH2"]);
/** Nodemailer itself will not send this mail, now or later. */
const unsendable = new Set(["EENVELOPE", "EMESSAGE", "EMAXRECIPIENTS"]);
/** Failures before there was a connection to send on. */
const unsent = new Set(["EDNS", "ETLS", "EPROXY", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"]);
const connection = new Set([...unsent, "ECONNECTION", "ETIMEDOUT", "ESOCKET", "EPROTOCOL", "ESTREAM"]);
const ofTheMail = /^(MAIL FROM|RCPT TO|DATA|$)/;

/** What it means that the server took the mail, for some recipients or all. */
export function classifySent({ rejected = [], rejectedErrors }: SentMail, sending: Sending): Outcome {
  const refusals = refusalsOf(rejected.map(String), rejectedErrors, sending.hide);
  const refusedOnes = new Set(refusals.map(({ address }) => address));
  const accepted = sending.recipients.filter((address) => !refusedOnes.has(address));
  return settle(sending.before, { accepted, ...sorted(refusals, true) }, sending.messageId);
}

/** What a failure of the whole means. `sentWhole`: whether the mail had been sent to its end, if that is known. */
export function classifyFailure(cause: MailError, sending: Sending, sentWhole: boolean | undefined): Outcome {
  const { recipients, before, messageId, hide } = sending;
  if (isOfTheMail(cause)) {
    const { rejectedErrors } = cause;
    if (rejectedErrors) {
      const refusals = refusalsOf(rejectedErrors.map(recipientOf), rejectedErrors, hide);
      return settle(before, { accepted: [], ...sorted(refusals, refusals.length > 1) }, messageId);
    }
    const reply = wordsOf(cause, hide);
    if (before.accepted.length === 0) return { status: "rejected", error: refusal(reply) };
    // Those who have it from an attempt before keep it: only the others are refused.
    const refused = recipients.map((address) => ({ address, reply }));
    return settle(before, { accepted: [], refused, deferred: [] }, messageId);
  }
  return { status: "retry", error: toError(cause, hide, sentWhole), ...kept(before) };
}

/** A failure that is not of the mail, and may pass. */
export function toError(
  cause: MailError,
  hide: (text: string) => string,
  sentWhole: boolean | undefined,
): DestError {
  if (DestError.is(cause)) return cause;
  const { code = "", originalCode = "" } = cause;
  const words = wordsOf(cause, hide);
  if (isOfLogin(cause)) return new DestError("DEST_EMAIL_AUTH", words);
  if (codeOf(cause.response) > 0) return new DestError("DEST_EMAIL_DEFERRED", words);
  const name = connection.has(code) ? "DEST_NETWORK" : "DEST_EMAIL_TRANSPORT";
  const shown = originalCode || code;
  const message = words.includes(shown) ? words : `${shown}: ${words}`;
  const isUnsent = sentWhole === false || unsent.has(code) || unsent.has(originalCode);
  return new DestError(name, message, { ambiguous: !isUnsent });
}

function isOfLogin({ code = "", response }: MailError): boolean {
  return authErrors.has(code) || authCodes.has(codeOf(response));
}

/** Whether it was refused, for good or recipient by recipient, and not the whole conversation. */
function isOfTheMail(cause: MailError): boolean {
  const { code = "", command = "", rejectedErrors } = cause;
  const replied = codeOf(cause.response);
  if (DestError.is(cause) || isOfLogin(cause)) return false;
  if (replied === 0) return unsendable.has(code);
  return rejectedErrors !== undefined || (!isForNow(replied) && ofTheMail.test(command));
}

function refusalsOf(
  addresses: readonly string[],
  errors: readonly Error[] = [],
  hide: (text: string) => string,
): Refusal[] {
  const replies = new Map(errors.map((error) => [recipientOf(error), wordsOf(error, hide)]));
  return addresses.map((address) => ({ address, reply: replies.get(address) ?? "refused without a reason" }));
}

function sorted(
  refusals: readonly Refusal[],
  areAmongOthers: boolean,
): Pick<Answers, "refused" | "deferred"> {
  const isDeferred = ({ reply }: Refusal) =>
    codeOf(reply) > 0 && (areAmongOthers ? isForNowAmongOthers(reply) : isForNow(codeOf(reply)));
  return {
    refused: refusals.filter((one) => !isDeferred(one)),
    deferred: refusals.filter(isDeferred),
  };
}

function recipientOf({ recipient = "" }: MailError): string {
  return recipient;
}

function wordsOf({ response, message }: MailError, hide: (text: string) => string): string {
  return hide(shownReply(response) ?? message);
}
