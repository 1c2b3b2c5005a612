import { createHash } from "node:crypto";
import type { PreparedMail } from "./message.js";

/** What a mail is known by, the same on every attempt. */
export interface Identity {
  /** RFC 5322, 3.6.4: between angle brackets, with the domain of the sender. */
  readonly messageId: string;
  readonly date: Date;
  /** Of the lines between the parts (RFC 2046, 5.1.1). */
  readonly boundary: string;
  /** A name for its file, of which nothing is the user's text. */
  readonly fileName: string;
}

export interface MailOrigin {
  /** Name of the destination: one key may be used for a mail of each. */
  readonly name: string;
  readonly idempotencyKey: string;
  /** Epoch milliseconds. */
  readonly acceptedAt: number;
  /** Address of the sender. */
  readonly from: string;
}

export function identityOf(
  mail: PreparedMail,
  { name, idempotencyKey, acceptedAt, from }: MailOrigin,
): Identity {
  const hash = hashOf([name, idempotencyKey]);
  // A header's date has whole seconds.
  const date = new Date(Math.floor(acceptedAt / 1_000) * 1_000);
  const day = date.toISOString().replace(/[-:]|\.000/g, "");
  return {
    messageId: `<${hash}@${from.slice(from.lastIndexOf("@") + 1)}>`,
    date,
    boundary: boundaryOf(hash, mail),
    fileName: `${day}-${hash}.eml`,
  };
}

// Of the content too: who writes a text cannot write the line in it that would end it.
function boundaryOf(hash: string, { subject, text, html, attachments }: PreparedMail): string {
  const contents = attachments.map(({ content }) => content);
  return hashOf([hash, subject, text ?? "", html ?? "", ...contents]).slice(0, 24);
}

function hashOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex").slice(0, 40);
}
