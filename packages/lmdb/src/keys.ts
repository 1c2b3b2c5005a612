import { createHash } from "node:crypto";

const longest = 250;
const hash = /^#[\w-]{43}$/;

/**
 * Text of a user as part of a key. LMDB allows 1,978 bytes for the whole key, and UTF-8 knows no lone surrogates: what
 * does not fit is represented by its hash, and that by itself. The text is always in the value.
 */
export function keyText(text: string): string {
  const fits = text.length <= longest && Buffer.byteLength(text) <= longest;
  if (hash.test(text)) return text;
  if (fits && text.isWellFormed() && !text.startsWith("#")) return text;
  return `#${createHash("sha256").update(Buffer.from(text, "utf16le")).digest("base64url")}`;
}

/** What an id is found by: its run. Ids of another form are found by themselves. */
export function runPart(id: string): string {
  const dot = id.lastIndexOf(".");
  return keyText(dot > 0 ? id.slice(0, dot) : id);
}

/** Comes after every seq in a key. */
export const last = Number.POSITIVE_INFINITY;

/** Comes after every text in a key. */
export const afterText = "\u{10ffff}";
