import type { JsonValue } from "@dest/core";

/**
 * Values that are alike, in parts: what is the same in all of them is there once, so are the names of members, and texts
 * stand one behind the other in a text of their own, where nothing is escaped.
 */
export type Column =
  | { readonly all: JsonValue }
  /** Of texts, in units of UTF-16. */
  | { readonly lengths: readonly number[] }
  /** Arrays of one length, by place. */
  | { readonly items: readonly Column[] }
  /** Objects with the same members in the same order. */
  | { readonly members: readonly (readonly [name: string, column: Column])[] }
  /** As they are. */
  | { readonly values: readonly unknown[] };

/** The texts of columns, in the order in which they are added and taken. */
export class Text {
  all: string;
  #at = 0;

  constructor(all = "") {
    this.all = all;
  }

  add(text: string): void {
    this.all += text;
  }

  take(length: number): string {
    this.#at += length;
    return this.all.slice(this.#at - length, this.#at);
  }
}

/** Takes JSON values apart. */
export function toColumn(values: readonly unknown[], text: Text): Column {
  const [first] = values;
  if (Array.isArray(first)) return ofArrays(values, first.length, text) ?? { values };
  if (typeof first === "object" && first !== null) return ofObjects(values, first, text) ?? { values };
  if (values.every((value) => value === first)) return { all: (first ?? null) as JsonValue };
  return (typeof first === "string" && ofTexts(values, text)) || { values };
}

/** Puts so many values together again. */
export function fromColumn(column: Column, count: number, text: Text): unknown[] {
  if ("values" in column) return [...column.values];
  if ("lengths" in column) return column.lengths.map((length) => text.take(length));
  if ("all" in column) return new Array<unknown>(count).fill(column.all);
  if ("items" in column) {
    const columns = column.items.map((item) => fromColumn(item, count, text));
    return Array.from({ length: count }, (_, i) => columns.map((values) => values[i]));
  }
  const members = column.members.map(([name, member]) => [name, fromColumn(member, count, text)] as const);
  return Array.from({ length: count }, (_, i) => {
    const value: Record<string, unknown> = {};
    for (const [name, values] of members) value[name] = values[i];
    return value;
  });
}

function ofTexts(values: readonly unknown[], text: Text): Column | undefined {
  const lengths: number[] = [];
  for (const value of values) {
    // UTF-8 knows no lone surrogates.
    if (typeof value !== "string" || !value.isWellFormed()) return undefined;
    lengths.push(value.length);
  }
  for (const value of values) text.add(value as string);
  return { lengths };
}

function ofArrays(values: readonly unknown[], length: number, text: Text): Column | undefined {
  if (!values.every((value) => Array.isArray(value) && value.length === length)) return undefined;
  const items: Column[] = [];
  for (let i = 0; i < length; i++) {
    const column = (values as readonly (readonly unknown[])[]).map((value) => value[i]);
    items.push(toColumn(column, text));
  }
  return { items };
}

function ofObjects(values: readonly unknown[], first: object, text: Text): Column | undefined {
  const names = Object.keys(first);
  // An assignment would make it the prototype.
  if (names.includes("__proto__") || !values.every((value) => hasMembers(value, names))) return undefined;
  const members: (readonly [string, Column])[] = [];
  for (const name of names) {
    const column = (values as readonly Readonly<Record<string, unknown>>[]).map((value) => value[name]);
    members.push([name, toColumn(column, text)]);
  }
  return { members };
}

/** These, in this order, and no others. */
function hasMembers(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  let i = 0;
  for (const name in value) {
    if (names[i] !== name || (value as Record<string, unknown>)[name] === undefined) return false;
    i += 1;
  }
  return i === names.length;
}
