import { invalid } from "@dest/core";
import { headerText } from "./text.js";

export interface Attachment {
  /** As the reader sees it. Default: a number, with the ending that fits `contentType`. */
  readonly filename?: string | undefined;
  /** A string is sent as UTF-8, bytes as they are. Files and URLs are never read. */
  readonly content: string | Uint8Array | ArrayBuffer;
  /** As in `text/csv; charset=utf-8`. Default: what `filename` ends in says. */
  readonly contentType?: string | undefined;
  /** What `html` names it by, as in `<img src="cid:logo">`. */
  readonly cid?: string | undefined;
}

/** An attachment as it is stored. */
export interface PreparedAttachment {
  readonly filename?: string;
  readonly content: string | Uint8Array;
  readonly contentType?: string;
  readonly cid?: string;
}

const keys = ["filename", "content", "contentType", "cid"];
const hints: { readonly [key: string]: string } = {
  path: "files are not read: give their content",
  href: "URLs are not read: give their content",
  raw: "give content, and contentType",
  encoding: 'give bytes, as Buffer.from(content, "base64") makes them',
};

// RFC 2045, 5.1; a multipart would be parts of its own.
const mediaType = /^(?!multipart\/)[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(;[\x20-\x7e]*)?$/i;
// RFC 2392: it stands between angle brackets, and in a URL.
const contentId = /^[\x21-\x7e]+$/;

export function prepareAttachments(given: unknown): PreparedAttachment[] {
  if (!Array.isArray(given)) throw invalid("attachments", given, "an array is needed");
  return given.map((one: unknown, i) => prepareOne(`attachments.${i}`, one));
}

/** Bytes as they are given, before base64. */
export function attachmentBytes({ content }: PreparedAttachment): number {
  return Buffer.byteLength(content);
}

function prepareOne(path: string, given: unknown): PreparedAttachment {
  if (typeof given !== "object" || given === null) throw invalid(path, given, "an object is needed");
  const attachment = given as { readonly [key: string]: unknown };
  for (const key in attachment) {
    if (keys.includes(key) || attachment[key] === undefined) continue;
    throw invalid(`${path}.${key}`, attachment[key], hints[key] ?? `an attachment has ${keys.join(", ")}`);
  }
  const { filename, content, contentType, cid } = attachment;
  return {
    content: prepareContent(`${path}.content`, content),
    ...(filename === undefined ? {} : { filename: headerText(`${path}.filename`, filename) }),
    ...(contentType === undefined
      ? {}
      : { contentType: matching(`${path}.contentType`, contentType, mediaType, "as in text/csv") }),
    ...(cid === undefined
      ? {}
      : { cid: matching(`${path}.cid`, cid, contentId, "visible ASCII, without angle brackets") }),
  };
}

function prepareContent(path: string, content: unknown): string | Uint8Array {
  if (typeof content === "string") return content.toWellFormed();
  if (content instanceof Uint8Array) return content;
  if (ArrayBuffer.isView(content))
    return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  if (content instanceof ArrayBuffer) return new Uint8Array(content);
  throw invalid(path, content, "a string or bytes are needed");
}

function matching(path: string, given: unknown, pattern: RegExp, hint: string): string {
  const text = headerText(path, given);
  if (!pattern.test(text) || (pattern === contentId && /[<>]/.test(text))) throw invalid(path, text, hint);
  return text;
}
