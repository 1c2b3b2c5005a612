import { DestError } from "./errors.js";
import type { Registered } from "./registry.js";

/** The keys of the first argument that its destination does not read; `undefined` is absent. */
export function unknownKeysOf({ accepts }: Registered, argument: unknown): string[] | undefined {
  if (!accepts || typeof argument !== "object" || argument === null) return undefined;
  let unknown: string[] | undefined;
  const given = argument as Record<string, unknown>;
  for (const key in given) {
    if (accepts.has(key) || given[key] === undefined || !Object.hasOwn(given, key)) continue;
    unknown ??= [];
    unknown.push(key);
  }
  return unknown;
}

export function without(argument: unknown, keys: readonly string[]): unknown {
  const left = { ...(argument as Record<string, unknown>) };
  for (const key of keys) delete left[key];
  return left;
}

export function unknownKey({ name, accepts }: Registered, key: string, code: string): DestError {
  const message = `$.send.${name}: unknown key ${meant(key, [...(accepts ?? [])])}`;
  return new DestError(code, message, { retryable: false });
}

/** For options of createDest and of plugins; throws `DEST_INVALID_OPTION`. */
export function refuseUnknownOptions(of: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const message = `${of}: unknown option ${meant(name, known)}`;
    throw new DestError("DEST_INVALID_OPTION", message, { retryable: false });
  }
}

/** The word, what it may have been meant to be, and what it could be. */
export function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
  return `${word}${hint}; known are ${known.join(", ") || "none"}`;
}

/** The word that takes the fewest edits to reach, if it takes few: fewer than to write it anew. */
function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Math.min(word.length, Math.max(2, Math.floor(word.length / 3)) + 1);
  for (const candidate of known) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** Edit distance in which swapping two neighbours is one edit. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, (before[j - 2] ?? 0) + 1);
      row.push(edits);
    }
    [before, above] = [above, row];
  }
  return above[b.length] ?? 0;
}
