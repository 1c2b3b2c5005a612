import { type Fields, type Kind, kindOf, merged, Names } from "./kind.js";

/** Columns of a table; what a row has beyond them is kept together in the column `_rest`, as JSON. */
const mostColumns = 1_000;
const rest = "_rest";

/** The columns of a table, which grow and widen as rows come. */
export class Shape {
  readonly fields: Fields;
  /** By column name, only of those whose values are looked at by their type alone. */
  readonly #kinds = new Map<string, "text" | "number" | "boolean">();

  constructor(fields: Fields = new Map()) {
    this.fields = fields;
    for (const [lower, { name, kind }] of fields) this.#set(lower, name, kind);
  }

  copy(): Shape {
    return new Shape(new Map(this.fields));
  }

  /** Makes room for a row. Answers its JSON with the names that its columns and members have. */
  take(json: string): string {
    const row = JSON.parse(json) as Record<string, unknown>;
    if (this.#holds(row)) return json;
    const names = new Names();
    const kept: Record<string, unknown> = Object.create(null);
    const others: Record<string, unknown> = Object.create(null);
    let isSame = true;
    for (const [key, value] of Object.entries(row)) {
      const { lower, name } = names.next(key);
      const known = this.fields.get(lower);
      if (lower === rest || (!known && this.fields.size >= mostColumns)) {
        others[key] = value;
        isSame = false;
        continue;
      }
      const kind = known ? merged(known.kind, kindOf(value)) : kindOf(value);
      const canonical = known?.name ?? name;
      if (known?.kind !== kind) this.#set(lower, canonical, kind);
      const member = renamed(value, kind);
      if (canonical !== key || member !== value) isSame = false;
      kept[canonical] = member;
    }
    if (Object.keys(others).length > 0) {
      this.#set(rest, rest, "text");
      kept[rest] = others;
    }
    return isSame ? json : JSON.stringify(kept);
  }

  #set(lower: string, name: string, kind: Kind): void {
    this.fields.set(lower, { name, kind });
    // What a row has under this name is what its other columns leave.
    if (lower === rest) return;
    if (kind === "text" || kind === "number" || kind === "boolean") this.#kinds.set(name, kind);
    else this.#kinds.delete(name);
  }

  /** Whether the row is as those before: each field a column by its very name, with a value of its kind. */
  #holds(row: Record<string, unknown>): boolean {
    for (const key in row) {
      const kind = this.#kinds.get(key);
      if (kind === "text") continue;
      const value = row[key];
      if (kind === undefined || (typeof value !== kind && value !== null)) return false;
    }
    return true;
  }

  static parse(text: string): Shape {
    return new Shape(fieldsOf(JSON.parse(text) as StoredFields));
  }

  toString(): string {
    return JSON.stringify(storedFields(this.fields));
  }
}

/** With the names of the kind's members; the value itself where it has them already. */
function renamed(value: unknown, kind: Kind): unknown {
  if (typeof value !== "object" || value === null || typeof kind === "string") return value;
  if ("list" in kind) {
    if (!Array.isArray(value) || typeof kind.list === "string") return value;
    const items = value.map((item) => renamed(item, kind.list));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  const names = new Names();
  let isSame = true;
  const members: Record<string, unknown> = Object.create(null);
  for (const [key, member] of Object.entries(value)) {
    const field = kind.struct.get(names.next(key).lower);
    const name = field?.name ?? key;
    members[name] = field ? renamed(member, field.kind) : member;
    if (name !== key || members[name] !== member) isSame = false;
  }
  return isSame ? value : members;
}

type StoredKind = string | { readonly list: StoredKind } | { readonly struct: StoredFields };
type StoredFields = readonly (readonly [name: string, kind: StoredKind])[];

function storedFields(fields: Fields): StoredFields {
  return [...fields.values()].map(({ name, kind }) => [name, storedKind(kind)]);
}

function storedKind(kind: Kind): StoredKind {
  if (typeof kind === "string") return kind;
  return "list" in kind ? { list: storedKind(kind.list) } : { struct: storedFields(kind.struct) };
}

function fieldsOf(stored: StoredFields): Fields {
  return new Map(stored.map(([name, kind]) => [name.toLowerCase(), { name, kind: kindFrom(kind) }]));
}

function kindFrom(stored: StoredKind): Kind {
  if (typeof stored === "string") return stored as Kind;
  return "list" in stored ? { list: kindFrom(stored.list) } : { struct: fieldsOf(stored.struct) };
}
