// Control and format characters (also those that turn the direction of writing), line separators, lone surrogates.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Text of users and services as one line that moves no cursor: a terminal would obey escape sequences in it. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => named[character] ?? escaped(character));
}

/** JSON on one line: JSON itself lets DEL, C1 and bidirectional controls through. */
export function printableJson(value: unknown): string {
  return printable(JSON.stringify(value));
}

/** JSON on several lines. */
export function printableJsonLines(value: unknown): string[] {
  return JSON.stringify(value, undefined, 2).split("\n").map(printable);
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");
}
