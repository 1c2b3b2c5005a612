import { isNativeError } from "node:util/types";

const brand = Symbol.for("@dest/core.DestError");

export interface DestErrorOptions {
  readonly cause?: unknown;
  /** `false`: trying again cannot help. A thrown error without it counts as transient. */
  readonly retryable?: boolean;
  /** `true`: the receiver may have acted although the attempt failed (see `retry.ambiguous`). */
  readonly ambiguous?: boolean;
}

/** Every error of dest and its plugins. `code` is stable and listed in the README; the message says what to do. */
export class DestError extends Error {
  override readonly name = "DestError";
  readonly code: string;
  readonly retryable: boolean | undefined;
  readonly ambiguous: boolean | undefined;
  /** What the work of a run returned, on an error that came after it (`DEST_OUTBOX_FULL`, a failed commit). */
  value?: unknown;

  constructor(code: string, message: string, options: DestErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable;
    this.ambiguous = options.ambiguous;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Recognises a DestError of any copy of this package: two may meet in one program, where `instanceof` fails. */
  static is(error: unknown): error is DestError {
    return typeof error === "object" && error !== null && (error as { [brand]?: unknown })[brand] === true;
  }
}

/**
 * The error a destination throws from `prepare` for a value it cannot take. `path` is dotted, as in `headers.accept`.
 * Core puts the registered name in front: `$.send.audit: invalid value undefined for url`.
 */
export function invalid(path: string, value: unknown, hint?: string): DestError {
  const end = hint === undefined ? "" : `: ${hint}`;
  return new DestError("DEST_INVALID_PAYLOAD", `invalid value ${show(value)} for ${path}${end}`, {
    retryable: false,
  });
}

/** The error for an option that cannot be used: thrown where the option is given. */
export function invalidOption(name: string, value: unknown, expected: string): DestError {
  return new DestError("DEST_INVALID_OPTION", `${name}: ${expected}, not ${show(value)}`, {
    retryable: false,
  });
}

/** Any thrown value as an Error with a message that can be shown. */
export function asError(thrown: unknown): Error {
  // Other realms, such as those of test runners, have an Error of their own.
  return thrown instanceof Error || isNativeError(thrown) || DestError.is(thrown)
    ? thrown
    : new Error(show(thrown));
}

function show(value: unknown): string {
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value === "object" && value !== null) return describeObject(value);
  const text = String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function describeObject(value: object): string {
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`;
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    return typeof name === "string" && name !== "Object" && name !== ""
      ? `[object ${name}]`
      : "[object Object]";
  } catch {
    // A proxy that throws, or was revoked.
    return "an object that cannot be looked at";
  }
}
