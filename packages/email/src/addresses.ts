import { domainToASCII, domainToUnicode } from "node:url";
import { controlHint, hasControl, quoted } from "./text.js";

/** One recipient or sender: `address` is what the server is told, `name` stands before it in the header. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** `user@host` or `Name <user@host>`; one text may hold several, with commas between. */
export type Addresses = string | readonly string[];

/** What is no address, and why. */
export interface BadAddress {
  readonly value: unknown;
  readonly hint: string;
}

// RFC 5322, 3.2.3, with the characters that RFC 6531 adds.
const dotAtom =
  /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\x80-\u{10ffff}]+(\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\x80-\u{10ffff}]+)*$/u;
const quotedText = /^"([^"\\]|\\.)*"$/;
const domainName = /^[A-Za-z0-9._\-\x80-\u{10ffff}]+$/u;
const domainLiteral = /^\[[\x21-\x5a\x5e-\x7e]+\]$/;

const hint = 'an address is "user@host" or "Name <user@host>", with commas between several';

/**
 * The addresses in `given`, or the first that is none. Stricter than nodemailer's parser, which finds an address in
 * `luke@exam ple.org`, and one where two stand without a comma.
 */
export function parseAddresses(given: unknown): readonly Mailbox[] | BadAddress {
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  const found: Mailbox[] = [];
  for (const text of texts) {
    if (typeof text !== "string") return { value: text, hint: "an address is a string" };
    if (hasControl(text)) return { value: quoted(text), hint: controlHint };
    for (const piece of atCommas(text.toWellFormed())) {
      const mailbox = parseMailbox(piece);
      if (!mailbox) return { value: quoted(text), hint };
      found.push(mailbox);
    }
  }
  return found;
}

export function isBad(parsed: readonly Mailbox[] | BadAddress): parsed is BadAddress {
  return "hint" in parsed;
}

export function shownMailbox({ name, address }: Mailbox): string {
  return name === "" ? address : `${name} <${address}>`;
}

/** At the commas that do not stand in quotes. */
function atCommas(text: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\" && isQuoted) i++;
    else if (text[i] === '"') isQuoted = !isQuoted;
    else if (text[i] === "," && !isQuoted) {
      pieces.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...pieces, text.slice(start)];
}

function parseMailbox(text: string): Mailbox | undefined {
  const trimmed = text.trim();
  const at = trimmed.endsWith(">") ? trimmed.lastIndexOf("<") : -1;
  const address = normalAddress(at < 0 ? trimmed : trimmed.slice(at + 1, -1).trim());
  const name = at < 0 ? "" : parseName(trimmed.slice(0, at).trim());
  return address === undefined || name === undefined ? undefined : { name, address };
}

function parseName(text: string): string | undefined {
  if (quotedText.test(text)) return text.slice(1, -1).replace(/\\(.)/g, "$1");
  return /["<>]/.test(text) ? undefined : text;
}

/**
 * The address as a server is told it: the domain in ASCII (RFC 5891) unless the part before it needs SMTPUTF8 (RFC 6531)
 * as it is, and dots in odd places of that part in quotes. Undefined: it is none.
 */
function normalAddress(address: string): string | undefined {
  // Only the plain space, in quotes. Others pass for letters in the patterns above, and for white space elsewhere.
  if (/[\p{Z}\p{C}]/u.test(address.replaceAll(" ", ""))) return undefined;
  const at = address.lastIndexOf("@");
  const local = normalLocal(address.slice(0, Math.max(0, at)));
  const domain = normalDomain(address.slice(at + 1), address);
  return local === undefined || domain === undefined ? undefined : `${local}@${domain}`;
}

function normalLocal(local: string): string | undefined {
  if (dotAtom.test(local) || quotedText.test(local)) return local;
  // Some providers gave out addresses like these.
  const isDotted = local.includes(".") && dotAtom.test(local.replaceAll(".", "a"));
  return isDotted ? `"${local}"` : undefined;
}

function normalDomain(domain: string, address: string): string | undefined {
  if (domainLiteral.test(domain)) return domain;
  const ascii = domainName.test(domain) ? domainToASCII(domain) : "";
  if (ascii === "") return undefined;
  return /[\x80-\u{10ffff}]/u.test(address.slice(0, address.lastIndexOf("@")))
    ? domainToUnicode(ascii)
    : ascii;
}
