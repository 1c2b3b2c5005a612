import { createHash } from "node:crypto";

const longest = 250;
/** A unit of UTF-16 is as many bytes of UTF-8 at most. */
const mostBytesPerUnit = 3;
const hash = /^#[\w-]{43}$/;

/**
 * Text of a user as part of a key. LMDB allows 1,978 bytes for the whole key, and UTF-8 knows no lone surrogates: what
 * does not fit is represented by its hash, and that by itself. The text is always in the value.
 */
export function keyText(text: string): string {
  const mayBeHash = text.startsWith("#");
  if (!mayBeHash && fits(text) && text.isWellFormed()) return text;
  if (mayBeHash && hash.test(text)) return text;
  return `#${createHash("sha256").update(Buffer.from(text, "utf16le")).digest("base64url")}`;
}

/** What an id is found by: its run. Ids of another form are found by themselves. */
export function runPart(id: string): string {
  const dot = id.lastIndexOf(".");
  return keyText(dot > 0 ? id.slice(0, dot) : id);
}

/** What messages of one commit are found by: their ids are all of one form. */
export function runPartsOf(runId: string, ids: readonly string[]): string[] {
  return ids[0]?.startsWith(`${runId}.`) ? [keyText(runId)] : ids.map(runPart);
}

function fits(text: string): boolean {
  if (text.length * mostBytesPerUnit <= longest) return true;
  return text.length <= longest && Buffer.byteLength(text) <= longest;
}

/** Comes after every seq in a key. */
export const last = Number.POSITIVE_INFINITY;

/** Comes after every text in a key. */
export const afterText = "\u{10ffff}";
