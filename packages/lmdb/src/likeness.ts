/** What makes a value of the one before it. */
type Difference =
  | typeof same
  /** Another value. */
  | readonly [value: unknown]
  /** A text that begins and ends as that before: so many characters of its head and of its tail, and what is between. */
  | readonly [head: number, tail: number, between: string]
  /** A record with the same keys or a list of the same length: what differs in each member. */
  | readonly [members: readonly Difference[], alike: true];

const same = 0;
/** Fewer characters in common are not worth the numbers that say so. */
const leastInCommon = 12;
const deepest = 8;

/**
 * Values that are much alike, as messages of one run and their records are, each as its difference from the one before:
 * a few dozen bytes instead of hundreds. {@link unpack} gives them back.
 */
export function pack(values: readonly unknown[]): Difference[] {
  const packed: Difference[] = [];
  let before: unknown;
  for (const value of values) {
    packed.push(packed.length === 0 ? [value] : difference(before, value, 0));
    before = value;
  }
  return packed;
}

export function unpack(packed: readonly Difference[]): unknown[] {
  let before: unknown;
  return packed.map((differs) => {
    before = restore(before, differs);
    return before;
  });
}

function difference(before: unknown, value: unknown, depth: number): Difference {
  if (before === value) return same;
  if (typeof value === "string") return typeof before === "string" ? ofTexts(before, value) : [value];
  if (typeof value !== "object" || value === null) return [value];
  if (typeof before !== "object" || before === null || depth === deepest) return [value];
  const members = Array.isArray(value)
    ? ofLists(before, value, depth + 1)
    : ofRecords(before as Record<string, unknown>, value as Record<string, unknown>, depth + 1);
  return members ? [members, true] : [value];
}

function ofTexts(before: string, value: string): Difference {
  const shorter = Math.min(before.length, value.length);
  let head = 0;
  while (head < shorter && before.charCodeAt(head) === value.charCodeAt(head)) head += 1;
  let tail = 0;
  const most = shorter - head;
  while (
    tail < most &&
    before.charCodeAt(before.length - 1 - tail) === value.charCodeAt(value.length - 1 - tail)
  )
    tail += 1;
  if (head + tail < leastInCommon) return [value];
  return [head, tail, value.slice(head, value.length - tail)];
}

function ofLists(before: object, value: readonly unknown[], depth: number): Difference[] | undefined {
  if (!Array.isArray(before) || before.length !== value.length) return undefined;
  return value.map((member, i) => difference(before[i], member, depth));
}

function ofRecords(
  before: Record<string, unknown>,
  value: Record<string, unknown>,
  depth: number,
): Difference[] | undefined {
  if (!isRecord(before) || !isRecord(value)) return undefined;
  const keys = Object.keys(before);
  const members: Difference[] = [];
  for (const key in value) {
    // An assignment of a member named __proto__ would be none.
    if (keys[members.length] !== key || key === "__proto__") return undefined;
    members.push(difference(before[key], value[key], depth));
  }
  return members.length === keys.length ? members : undefined;
}

function isRecord(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

function restore(before: unknown, differs: Difference): unknown {
  if (differs === same) return before;
  if (differs.length === 1) return differs[0];
  if (differs.length === 3) {
    const [head, tail, between] = differs;
    const text = before as string;
    return text.slice(0, head) + between + text.slice(text.length - tail);
  }
  const [members] = differs;
  if (Array.isArray(before)) return members.map((member, i) => restore(before[i], member));
  const record: Record<string, unknown> = {};
  let i = 0;
  for (const key in before as object)
    record[key] = restore((before as Record<string, unknown>)[key], members[i++] as Difference);
  return record;
}
