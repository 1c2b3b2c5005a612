import { invalid } from "@dest/core";
import { type Addresses, isBad, type Mailbox, parseAddresses } from "./addresses.js";
import {
  type Attachment,
  attachmentBytes,
  type PreparedAttachment,
  prepareAttachments,
} from "./attachments.js";
import { headerText } from "./text.js";

/** What `$.send.email` takes. A key given as `undefined` is absent. */
export interface EmailMessage {
  /** Any language and emoji; no line breaks. */
  readonly subject: string;
  /** `text`, `html` or both: then the reader's program chooses. */
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  /** Required where the destination has no `owner`. With one, it is not read, and a warning says so. */
  readonly to?: Addresses | undefined;
  /** With an `owner` not read, like `to`. */
  readonly cc?: Addresses | undefined;
  /** Told to the server only. With an `owner` not read, like `to`. */
  readonly bcc?: Addresses | undefined;
  /** Where answers go. Default: to `from`. */
  readonly reply_to?: Addresses | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  /** `true`: also to the destination's `collaborators`. Default `false`. */
  readonly include_collaborators?: boolean | undefined;
}

/** A mail as it is stored: complete but for its sender, id and date. */
export interface PreparedMail {
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly bcc: readonly Mailbox[];
  readonly replyTo: readonly Mailbox[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly attachments: readonly PreparedAttachment[];
  /** Keys that were given and say nothing here. */
  readonly ignored: readonly IgnoredKey[];
}

export type IgnoredKey = "to" | "cc" | "bcc" | "include_collaborators";

/** Who gets every mail, where that is not said in the call. */
export interface Audience {
  readonly owner: Mailbox;
  readonly collaborators: readonly Mailbox[];
}

export const accepts = [
  "subject",
  "text",
  "html",
  "to",
  "cc",
  "bcc",
  "reply_to",
  "attachments",
  "include_collaborators",
] as const satisfies readonly (keyof EmailMessage)[];

const recipientKeys = ["to", "cc", "bcc"] as const;

/** Validates and shapes what `$.send.email` was given. `audience`: of the destination's `owner`, if it has one. */
export function prepare(message: EmailMessage, audience: Audience | undefined): PreparedMail {
  if (typeof message !== "object" || message === null) throw invalid("the message", message);
  const { text, html, attachments, reply_to } = message;
  const subject = headerText("subject", message.subject);
  if (text === undefined && html === undefined) throw invalid("text", text, "text or html is needed");
  return {
    ...(audience ? toAudience(message, audience) : toRecipients(message)),
    replyTo: addressesAt("reply_to", reply_to),
    subject,
    ...(text === undefined ? {} : { text: content("text", text) }),
    ...(html === undefined ? {} : { html: content("html", html) }),
    attachments: attachments === undefined ? [] : prepareAttachments(attachments),
  };
}

/** Bytes of texts and attachments, before they are encoded. */
export function mailBytes({ subject, text = "", html = "", attachments }: PreparedMail): number {
  const texts = Buffer.byteLength(subject) + Buffer.byteLength(text) + Buffer.byteLength(html);
  return attachments.reduce((bytes, one) => bytes + attachmentBytes(one), texts);
}

/** Everybody it goes to, each once. */
export function recipientsOf({ to, cc, bcc }: PreparedMail): string[] {
  return [...new Set([...to, ...cc, ...bcc].map(({ address }) => address))];
}

type Recipients = Pick<PreparedMail, (typeof recipientKeys)[number] | "ignored">;

// What was meant for others never goes to the owner's address instead without a word, nor to the others.
function toAudience(message: EmailMessage, { owner, collaborators }: Audience): Recipients {
  const ignored: IgnoredKey[] = recipientKeys.filter((key) => message[key] !== undefined);
  const areIncluded = includesCollaborators(message);
  if (areIncluded && collaborators.length === 0) ignored.push("include_collaborators");
  return { to: areIncluded ? [owner, ...collaborators] : [owner], cc: [], bcc: [], ignored };
}

function toRecipients(message: EmailMessage): Recipients {
  const { to, cc, bcc } = message;
  if (includesCollaborators(message)) {
    const hint = "there are collaborators only where email() has owner and collaborators";
    throw invalid("include_collaborators", true, hint);
  }
  const found = addressesAt("to", to);
  if (found.length === 0) throw invalid("to", to, "an address is needed, as email() has no owner");
  return { to: found, cc: addressesAt("cc", cc), bcc: addressesAt("bcc", bcc), ignored: [] };
}

function includesCollaborators({ include_collaborators: given }: EmailMessage): boolean {
  if (given !== undefined && typeof given !== "boolean") throw invalid("include_collaborators", given);
  return given === true;
}

function addressesAt(path: string, given: unknown): readonly Mailbox[] {
  if (given === undefined) return [];
  const parsed = parseAddresses(given);
  if (isBad(parsed)) throw invalid(path, parsed.value, parsed.hint);
  return parsed;
}

// An object here would be a file's path or an address to fetch.
function content(path: string, given: unknown): string {
  if (typeof given !== "string") throw invalid(path, given, "a string is needed");
  return given.toWellFormed();
}
