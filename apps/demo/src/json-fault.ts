export interface JsonFault {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

const space = /[\t\n\r ]*/y;
const word = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none in a text
const unclosed = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/** Where a text stops being JSON (RFC 8259), which JSON.parse does not always say; undefined where it is JSON. */
export function jsonFault(source: string): JsonFault | undefined {
  const scanner = new Scanner(source);
  try {
    scanner.value();
    scanner.end();
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Unexpected)) throw thrown;
    const before = source.slice(0, scanner.at).split("\n");
    return { line: before.length, column: (before.at(-1) ?? "").length + 1, expected: thrown.expected };
  }
}

class Unexpected {
  constructor(readonly expected: string) {}
}

class Scanner {
  at = 0;

  constructor(readonly source: string) {}

  value(): void {
    if (this.#take("{")) this.#list("}", () => this.#member());
    else if (this.#take("[")) this.#list("]", () => this.value());
    else if (this.source[this.at] === '"') this.#text("a value");
    else if (!this.#skip(word)) throw new Unexpected("a value");
  }

  end(): void {
    this.#skip(space);
    if (this.at < this.source.length) throw new Unexpected("the end");
  }

  #list(close: string, item: () => void): void {
    if (this.#take(close)) return;
    do item();
    while (this.#take(","));
    if (!this.#take(close)) throw new Unexpected(`, or ${close}`);
  }

  #member(): void {
    this.#text("a name in double quotes");
    if (!this.#take(":")) throw new Unexpected(":");
    this.value();
  }

  #text(expected: string): void {
    this.#skip(space);
    if (!this.#skip(unclosed)) throw new Unexpected(expected);
    if (this.source[this.at] !== '"') throw new Unexpected('a text that ends with " on its line');
    this.at += 1;
  }

  #take(character: string): boolean {
    this.#skip(space);
    if (this.source[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.test(this.source);
    if (found) this.at = pattern.lastIndex;
    return found;
  }
}
