/** What a column, a list's items or a member hold. `null`: nothing yet. */
export type Kind =
  | "null"
  | "boolean"
  | "number"
  | "text"
  | "date"
  | "timestamp"
  | { readonly list: Kind }
  | { readonly struct: Fields };

/** By name in lower case, since DuckDB's names differ not in case alone. */
export type Fields = Map<string, { readonly name: string; kind: Kind }>;

/** Deeper, and with more members, an object is kept as its JSON. */
const deepest = 16;
const mostMembers = 1_000;

const date = /^(\d{4})-(\d{2})-(\d{2})$/;
const timestamp = /^(\d{4})-(\d{2})-(\d{2}) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?$/;

export function kindOf(value: unknown, depth = 0): Kind {
  if (value === null) return "null";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return "number";
  if (typeof value === "string") return kindOfText(value);
  if (depth >= deepest) return "text";
  if (Array.isArray(value)) {
    let list: Kind = "null";
    for (const item of value) list = merged(list, kindOf(item, depth + 1));
    return { list };
  }
  const entries = Object.entries(value as object);
  // There are no structs without members.
  if (entries.length === 0 || entries.length > mostMembers) return "text";
  const struct: Fields = new Map();
  const names = new Names();
  for (const [key, member] of entries) {
    const { lower, name } = names.next(key);
    struct.set(lower, { name, kind: kindOf(member, depth + 1) });
  }
  return { struct };
}

/** What holds both, without loss. */
export function merged(a: Kind, b: Kind): Kind {
  if (a === b || b === "null") return a;
  if (a === "null") return b;
  if (typeof a === "string" || typeof b === "string") return "text";
  if ("list" in a && "list" in b) return { list: merged(a.list, b.list) };
  if (!("struct" in a && "struct" in b)) return "text";
  const struct: Fields = new Map(a.struct);
  for (const [lower, { name, kind }] of b.struct) {
    const known = struct.get(lower);
    struct.set(lower, known ? { name: known.name, kind: merged(known.kind, kind) } : { name, kind });
  }
  return struct.size > mostMembers ? "text" : { struct };
}

/** Names of one object's members: never empty, and each once. */
export class Names {
  readonly #taken = new Set<string>();

  next(key: string): { lower: string; name: string } {
    const base = key === "" ? "_" : key;
    let name = base;
    for (let n = 2; this.#taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
    const lower = name.toLowerCase();
    this.#taken.add(lower);
    return { lower, name };
  }
}

function kindOfText(text: string): Kind {
  if (text.length < 10 || text.length > 26) return "text";
  const [, year, month, day] = date.exec(text) ?? timestamp.exec(text) ?? [];
  if (year === undefined || !isDay(Number(year), Number(month), Number(day))) return "text";
  return text.length === 10 ? "date" : "timestamp";
}

function isDay(year: number, month: number, day: number): boolean {
  if (year === 0 || month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (days[month - 1] as number);
}
