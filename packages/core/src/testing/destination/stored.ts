import { isDeepStrictEqual } from "node:util";
import { snapshot } from "../../snapshot.js";

const bytesTag = "@dest/bytes";

/** The value as it comes back from an outbox on disk. */
export function stored(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, member: unknown) =>
    member instanceof Uint8Array ? { [bytesTag]: Buffer.from(member).toString("base64") } : member,
  );
  return JSON.parse(text, (_key, member) =>
    typeof member?.[bytesTag] === "string" ? new Uint8Array(Buffer.from(member[bytesTag], "base64")) : member,
  );
}

/** What a send keeps of what `prepare` returned, as it comes back from an outbox on disk. */
export function kept(prepared: unknown): unknown {
  return stored(snapshot(prepared, "", "keep"));
}

/** Paths at which the value that came back is another than the one that went in. */
export function changedBy(value: unknown, back: unknown, path = "the value"): string[] {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return Buffer.compare(toBuffer(value), toBuffer(back)) === 0 ? [] : [path];
  }
  if (isPlain(value) && isPlain(back)) {
    return Object.keys({ ...value, ...back }).flatMap((key) =>
      changedBy((value as Members)[key], (back as Members)[key], `${path}.${key}`),
    );
  }
  return isDeepStrictEqual(value, back) || value === back ? [] : [path];
}

/** Freezes what can be frozen of it, at any depth. */
export function frozen<T>(value: T): T {
  if (!isPlain(value)) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

/** Changes every text, number and byte in it, in place. */
export function overwrite(value: unknown): void {
  if (value instanceof Uint8Array) value.fill(0);
  if (!isPlain(value)) return;
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === "string") Reflect.set(value, key, "changed after the call");
    else if (typeof member === "number") Reflect.set(value, key, -1);
    else overwrite(member);
  }
}

type Members = { readonly [key: string]: unknown };

function isPlain(value: unknown): value is object {
  if (Array.isArray(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function toBuffer(bytes: unknown): Buffer {
  if (ArrayBuffer.isView(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes instanceof ArrayBuffer ? Buffer.from(bytes) : Buffer.from(String(bytes));
}
