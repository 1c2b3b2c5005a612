import type { Fields, Kind } from "./kind.js";

const types = {
  null: "VARCHAR",
  boolean: "BOOLEAN",
  number: "DOUBLE",
  text: "VARCHAR",
  date: "DATE",
  timestamp: "TIMESTAMP",
} as const;

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function typeOf(kind: Kind): string {
  if (typeof kind === "string") return types[kind];
  if ("list" in kind) return `${typeOf(kind.list)}[]`;
  return `STRUCT(${[...kind.struct.values()].map(({ name, kind }) => `${quoted(name)} ${typeOf(kind)}`).join(", ")})`;
}

/** As `json_transform` is told what to read. */
export function structureOf(fields: Fields): { [name: string]: unknown } {
  const structure: { [name: string]: unknown } = Object.create(null);
  for (const { name, kind } of fields.values()) structure[name] = structureOfKind(kind);
  return structure;
}

function structureOfKind(kind: Kind): unknown {
  if (typeof kind === "string") return types[kind];
  return "list" in kind ? [structureOfKind(kind.list)] : structureOf(kind.struct);
}

/** An expression for what was stored as one kind, as the other, which holds it. */
export function converted(expression: string, from: Kind, to: Kind, depth = 0): string {
  if (from === "null") return `CAST(NULL AS ${typeOf(to)})`;
  if (typeOf(from) === typeOf(to)) return expression;
  if (to === "text") return asText(expression, from);
  if (typeof from === "object" && typeof to === "object") {
    if ("list" in from && "list" in to) {
      const item = `item_${depth}`;
      return `list_transform(${expression}, lambda ${item}: ${converted(item, from.list, to.list, depth + 1)})`;
    }
    if ("struct" in from && "struct" in to) return convertedStruct(expression, from.struct, to.struct, depth);
  }
  return `CAST(${expression} AS ${typeOf(to)})`;
}

function convertedStruct(expression: string, from: Fields, to: Fields, depth: number): string {
  const members = [...to].map(([lower, { name, kind }]) => {
    const before = from.get(lower);
    const member = before && `struct_extract(${expression}, ${literal(before.name)})`;
    const value = member ? converted(member, before.kind, kind, depth) : `CAST(NULL AS ${typeOf(kind)})`;
    return `${quoted(name)} := ${value}`;
  });
  return `CASE WHEN ${expression} IS NULL THEN NULL ELSE struct_pack(${members.join(", ")}) END`;
}

function asText(expression: string, from: Kind): string {
  // As JSON has it: DuckDB prints a whole number as 1.0.
  if (from === "number") return `regexp_replace(CAST(${expression} AS VARCHAR), '\\.0$', '')`;
  return typeof from === "object"
    ? `CAST(to_json(${expression}) AS VARCHAR)`
    : `CAST(${expression} AS VARCHAR)`;
}
