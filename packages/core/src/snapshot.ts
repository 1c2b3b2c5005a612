import { isNativeError } from "node:util/types";
import { asError, DestError, invalid } from "./errors.js";
import type { JsonValue } from "./json.js";

/** Where the walk is: also how it finds a cycle. */
interface Place {
  readonly key: string;
  readonly value: unknown;
  readonly parent: Place | undefined;
  readonly depth: number;
  /** The value is what a toJSON answered: as in JSON.stringify, it is not asked again. */
  readonly answered: boolean;
}

const deepest = 1_000;
const plainDepth = 64;

/**
 * The value as it is now, as JSON would keep it: dates become text, `undefined` members and functions vanish, `toJSON`
 * is honoured. An Error becomes its name, message and stack. What JSON would silently empty (Map, Set, Blob, streams,
 * promises) and cycles are refused with their path. `bytes` says whether Buffers and typed arrays are kept, as a
 * Uint8Array of their own, or refused.
 */
export function snapshot(value: unknown, path: string, bytes: "keep" | "refuse"): unknown {
  const copied = copy(
    value,
    { key: path, value, parent: undefined, depth: 0, answered: false },
    bytes === "keep",
  );
  if (copied === undefined) throw invalid(path || "the value", value);
  return copied;
}

/** For plugins: a copy of `value` as JSON keeps it. Throws `DEST_INVALID_PAYLOAD` with the path of what it cannot. */
export function jsonCopy(path: string, value: unknown): JsonValue {
  return snapshot(value, path, "refuse") as JsonValue;
}

/** For plugins: like {@link jsonCopy}, as text. */
export function jsonText(path: string, value: unknown): string {
  return JSON.stringify(isPlain(value, 0) ? value : jsonCopy(path, value)) ?? fail(path, value);
}

function fail(path: string, value: unknown): never {
  throw invalid(path, value);
}

/** Whether JSON.stringify alone gives what `copy` would. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== "object") return typeof value !== "bigint";
  if (value === null) return true;
  if (depth === plainDepth) return false;
  if (Array.isArray(value)) {
    if ("toJSON" in value) return false;
    for (let i = 0; i < value.length; i++) if (!isPlain(value[i], depth + 1)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const record = value as Record<string, unknown>;
  if (typeof record.toJSON === "function") return false;
  for (const key in record) if (!isPlain(record[key], depth + 1)) return false;
  return true;
}

function copy(value: unknown, place: Place, keepBytes: boolean): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      // The addition makes 0 of -0.
      return Number.isFinite(value) ? value + 0 : null;
    case "bigint":
      throw refused(place, "JSON has no big integers: send a string");
    case "object":
      return value === null ? null : copyObject(value, place, keepBytes);
    default:
      return undefined;
  }
}

function copyObject(value: object, place: Place, keepBytes: boolean): unknown {
  if (place.depth > 0) checkAncestors(value, place);
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === Array.prototype || prototype === null;
  if (!plain) {
    const bytes = bytesOf(value);
    if (bytes)
      return keepBytes ? bytes : fault(place, "bytes fit no JSON: send a string, for example base64");
    if (value instanceof Error || isNativeError(value)) {
      const { name, message, stack } = value;
      return copyRecord({ name, message, stack }, place, keepBytes);
    }
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function" && !place.answered) {
    const answer = callToJson(value, toJSON, place);
    return copy(
      answer,
      { key: "", value: answer, parent: place, depth: place.depth + 1, answered: true },
      keepBytes,
    );
  }
  if (Array.isArray(value)) return copyArray(value, place, keepBytes);
  if (!plain) {
    if (value instanceof Number || value instanceof String || value instanceof Boolean)
      return copy(value.valueOf(), place, keepBytes);
    refuseWhatJsonEmpties(value, place);
  }
  return copyRecord(value as Record<string, unknown>, place, keepBytes);
}

function copyArray(value: readonly unknown[], place: Place, keepBytes: boolean): unknown[] {
  const copied = new Array<unknown>(value.length);
  for (let i = 0; i < value.length; i++) {
    const member = value[i];
    copied[i] = copy(member, needsPlace(member) ? below(place, String(i), member) : place, keepBytes) ?? null;
  }
  return copied;
}

function copyRecord(
  value: Record<string, unknown>,
  place: Place,
  keepBytes: boolean,
): Record<string, unknown> {
  const copied: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined) continue;
    const kept = copy(member, needsPlace(member) ? below(place, key, member) : place, keepBytes);
    if (kept === undefined) continue;
    if (key === "__proto__") {
      Object.defineProperty(copied, key, {
        value: kept,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else {
      copied[key] = kept;
    }
  }
  return copied;
}

// A bigint needs its own place too: it is refused by name.
function needsPlace(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "bigint";
}

function bytesOf(value: object): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  }
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
    return new Uint8Array(value).slice();
  return undefined;
}

function callToJson(value: object, toJSON: unknown, place: Place): unknown {
  try {
    return (toJSON as (key: string) => unknown).call(value, place.key);
  } catch (thrown) {
    const cause = asError(thrown);
    throw new DestError("DEST_INVALID_PAYLOAD", `toJSON of ${pathOf(place)} threw ${cause.message}`, {
      cause,
      retryable: false,
    });
  }
}

// Built-in classes carry a tag of their own ("[object Map]"); a program's own classes do not.
function refuseWhatJsonEmpties(value: object, place: Place): void {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  const { pipe, then } = value as { pipe?: unknown; then?: unknown };
  if (typeof then === "function") throw refused(place, "a promise holds no data yet: await it first");
  if (tag === "Map" || tag === "Set")
    throw refused(place, `JSON would keep nothing of a ${tag}: send an object or array`);
  const streams = typeof pipe === "function" || Symbol.asyncIterator in value;
  if (streams) throw refused(place, "a stream holds no data yet: read it first");
  if (tag !== "Object" && Object.keys(value).length === 0)
    throw refused(place, `JSON would keep nothing of a ${tag}`);
}

function below(parent: Place, key: string, value: unknown): Place {
  return { key, value, parent, depth: parent.depth + 1, answered: false };
}

function checkAncestors(value: object, place: Place): void {
  if (place.depth > deepest) throw refused(place, `it is nested deeper than ${deepest} levels`);
  if (place.answered) return;
  for (let above = place.parent; above; above = above.parent) {
    if (above.value === value) throw refused(place, `it is a cycle, the same object as ${pathOf(above)}`);
  }
}

function refused(place: Place, hint: string): DestError {
  return invalid(pathOf(place), place.value, hint);
}

function fault(place: Place, hint: string): never {
  throw refused(place, hint);
}

function pathOf(place: Place): string {
  const keys: string[] = [];
  for (let at: Place | undefined = place; at; at = at.parent) if (at.key !== "") keys.unshift(at.key);
  const shown = keys.length > 12 ? [...keys.slice(0, 6), "…", ...keys.slice(-4)] : keys;
  return shown.join(".") || "the value";
}
