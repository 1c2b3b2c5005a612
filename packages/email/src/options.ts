import { resolve } from "node:path";
import { invalidOption } from "@dest/core";
import { type Addresses, isBad, type Mailbox, parseAddresses } from "./addresses.js";
import type { Audience } from "./message.js";
import { isTransport, type MailTransport, type SmtpOptions } from "./transport.js";

/** Options of `email()` beside the policy every destination takes. */
export interface EmailOptions {
  /** The one sender of every mail: `"user@host"` or `"Name <user@host>"`. */
  readonly from: string;
  /**
   * An SMTP URL, as in `"smtps://user:password@host"`, nodemailer's SMTP options, or a transport that nodemailer made.
   * Default: none, and every mail is a file in `directory`.
   */
  readonly transport?: string | SmtpOptions | MailTransport | undefined;
  /** The address that every mail goes to; `to`, `cc` and `bcc` of a call are then not read, with a warning. */
  readonly owner?: string | undefined;
  /** Who gets a mail with `include_collaborators: true` beside the owner. Needs `owner`. */
  readonly collaborators?: Addresses | undefined;
  /** The folder that mails are written to, one `.eml` file each. Default `"./mail"`; not beside `transport`. */
  readonly directory?: string | undefined;
}

export const optionNames = [
  "from",
  "transport",
  "owner",
  "collaborators",
  "directory",
] as const satisfies readonly (keyof EmailOptions)[];

export interface Settings {
  readonly from: Mailbox;
  readonly audience: Audience | undefined;
  readonly transport: string | SmtpOptions | MailTransport | undefined;
  /** Absolute. */
  readonly directory: string;
}

/** Throws `DEST_INVALID_OPTION`, which never quotes a transport: there is a password in it. */
export function readOptions({ from, transport, owner, collaborators, directory }: EmailOptions): Settings {
  checkTransport(transport);
  if (transport !== undefined && directory !== undefined)
    throw invalidOption("directory", directory, "must be left out where there is a transport");
  if (directory !== undefined && (typeof directory !== "string" || directory === ""))
    throw invalidOption("directory", directory, "must be the path of a folder");
  if (collaborators !== undefined && owner === undefined)
    throw invalidOption("owner", owner, "must be an address where there are collaborators");
  return {
    from: oneAddress("from", from),
    audience:
      owner === undefined
        ? undefined
        : {
            owner: oneAddress("owner", owner),
            collaborators: collaborators === undefined ? [] : addresses("collaborators", collaborators),
          },
    transport,
    directory: resolve(directory ?? "mail"),
  };
}

function checkTransport(transport: unknown): void {
  if (transport === undefined || isTransport(transport)) return;
  if (typeof transport === "string" && /^smtps?:$/.test(protocolOf(transport))) return;
  const isOptions = typeof transport === "object" && transport !== null && !("send" in transport);
  if (isOptions) return;
  const expected =
    "must be an smtp: or smtps: URL, nodemailer's options, or what its createTransport returns";
  throw invalidOption(
    "transport",
    transport === null ? "null" : `a ${typeof transport} of another kind`,
    expected,
  );
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : "";
}

function oneAddress(name: string, given: unknown): Mailbox {
  const [first, ...others] = addresses(name, given);
  if (first === undefined || others.length > 0) throw invalidOption(name, given, "must be one address");
  return first;
}

function addresses(name: string, given: unknown): readonly Mailbox[] {
  const parsed = parseAddresses(given);
  if (isBad(parsed)) throw invalidOption(name, parsed.value, `must be an address (${parsed.hint})`);
  return parsed;
}
