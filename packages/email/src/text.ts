import { invalid } from "@dest/core";

// RFC 5322, 2.2: a header's text has no control characters; a line break in one would begin another header.
const control = /\p{Cc}/u;

/** Whether it holds a line break, NUL or another control character. */
export function hasControl(text: string): boolean {
  return control.test(text);
}

/** A text for a header. Throws `DEST_INVALID_PAYLOAD`. */
export function headerText(path: string, given: unknown): string {
  if (typeof given !== "string") throw invalid(path, given, "a string is needed");
  // A tab is white space there.
  if (hasControl(given.replaceAll("\t", ""))) throw invalid(path, quoted(given), controlHint);
  return given.toWellFormed();
}

export const controlHint = "line breaks, NUL and other control characters cannot be sent in a header";

/** As it is shown in an error: in quotes, without control characters of its own. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    controls,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}

const controls = /\p{Cc}/gu;
