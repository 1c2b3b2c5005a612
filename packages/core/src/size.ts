/** About how many bytes the JSON of a snapshot takes: keys, punctuation and UTF-8 counted, escapes not. */
export function jsonBytes(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value) + 2;
  if (typeof value !== "object" || value === null) return String(value).length;
  if (value instanceof Uint8Array) return value.byteLength;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const member of value) bytes += jsonBytes(member) + 1;
  } else {
    for (const [key, member] of Object.entries(value))
      bytes += Buffer.byteLength(key) + 4 + jsonBytes(member);
  }
  return bytes;
}
