import type { JsonValue } from "./json.js";

const secretKeys = ["authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key", "auth"];
const secretParams = ["token", "access_token", "api_key", "apikey", "key", "secret", "signature", "password"];

/** Characters kept of one text, and of all that one request or response holds; levels kept of what is nested. */
const longestText = 4_096;
const longestPart = 32_768;
const deepest = 100;

const hidden = "[redacted]";
const mostKnown = 1_000;
const urlStart = /^[a-z][a-z0-9+.-]*:\/\//i;
// A scheme is short; without that limit a long word would be searched again from each of its letters.
// A fragment carries parameters too (RFC 6749, 4.2.2).
const paramStart = /[?&#]/;
const paramInUrl = /([?&#])([^?=&#]*)=([^&#]*)/g;
const paramInText = /([?&#])([^?=&#\s"'<>]*)=([^&#\s"'<>]*)/g;
const urlInText = /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'<>]+/gi;

/** Every recorded request, response and receipt goes through it; `text` is for error messages. */
export interface Redact {
  /** The part itself where nothing had to be changed. */
  (part: JsonValue): JsonValue;
  text(message: string): string;
}

/**
 * Hides values under secret keys at any depth, userinfo and secret parameters of URLs, and cuts what is long. `extra`
 * adds names of keys and parameters.
 */
export function redactor(extra: readonly string[] = []): Redact {
  const lower = extra.map((name) => name.toLowerCase());
  const secrets = new Secrets([...secretKeys, ...lower], [...secretParams, ...lower]);
  const redact = (part: JsonValue): JsonValue =>
    new Look(secrets).findsNothing(part) ? part : (new Cover(secrets).of(part) ?? null);
  return Object.assign(redact, { text: (message: string) => secrets.hideInText(message) });
}

/** For the records of one lane. */
export interface RecordRedact {
  request(part: JsonValue): JsonValue;
  response(part: JsonValue): JsonValue;
  receipt(part: JsonValue): JsonValue;
  text(message: string): string;
}

export function recordRedact(redact: Redact): RecordRedact {
  return { request: redact, response: onceEach(redact), receipt: onceEach(redact), text: redact.text };
}

/** Destinations may give one object for all that are alike: it is looked at when it comes first. */
function onceEach(redact: Redact): (part: JsonValue) => JsonValue {
  let last: JsonValue | undefined;
  let shown: JsonValue = null;
  return (part) => {
    if (part !== last) {
      last = part;
      shown = redact(part);
    }
    return shown;
  };
}

/** Which keys and parameters are secret. */
class Secrets {
  readonly #keys: ReadonlySet<string>;
  readonly #params: ReadonlySet<string>;
  // The same few names come with every request.
  readonly #known = new Map<string, boolean>();

  constructor(keys: readonly string[], params: readonly string[]) {
    this.#keys = new Set(keys);
    this.#params = new Set(params);
  }

  isSecret(key: string): boolean {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const isSecret = this.#keys.has(key.toLowerCase());
    if (this.#known.size < mostKnown) this.#known.set(key, isSecret);
    return isSecret;
  }

  hide(text: string): string {
    const isUrl = text.includes("://") && urlStart.test(text);
    return isUrl ? hideInUrl(text, this.#params) : this.hideInText(text);
  }

  hideInText(text: string): string {
    return hideInText(text, this.#params);
  }
}

/** Whether a part can be kept as it is: nearly all can, and need no copy. */
class Look {
  readonly #secrets: Secrets;
  #room = longestPart;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  findsNothing(value: unknown, depth = 0): boolean {
    if (typeof value === "string") return this.#spend(value.length) && this.#isHarmless(value);
    if (typeof value !== "object") return typeof value === "number" || typeof value === "boolean";
    if (value === null) return true;
    if (depth === deepest) return false;
    if (Array.isArray(value))
      return value.every((member) => this.#spend(1) && this.findsNothing(member, depth + 1));
    if (Object.getPrototypeOf(value) !== Object.prototype) return false;
    for (const key in value) {
      if (!this.#spend(1 + key.length) || this.#secrets.isSecret(key)) return false;
      if (!this.findsNothing((value as Record<string, unknown>)[key], depth + 1)) return false;
    }
    return true;
  }

  #isHarmless(text: string): boolean {
    return text.length <= longestText && this.#secrets.hide(text) === text;
  }

  #spend(characters: number): boolean {
    this.#room -= characters;
    return this.#room > 0;
  }
}

/** A copy without what is secret or too long. */
class Cover {
  readonly #secrets: Secrets;
  #room = longestPart;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  of(value: unknown, depth = 0): JsonValue | undefined {
    if (typeof value === "string") return this.#text(value);
    if (typeof value === "bigint") return String(value);
    if (typeof value === "function" || typeof value === "symbol") return undefined;
    if (typeof value !== "object" || value === null) return value as JsonValue;
    if (depth === deepest) return "…";
    return Array.isArray(value)
      ? this.#list(value, depth + 1)
      : this.#record(value as Record<string, unknown>, depth + 1);
  }

  #text(value: string): string {
    const shown = this.#secrets.hide(value);
    const kept = Math.min(shown.length, longestText, this.#room);
    this.#spend(kept);
    return kept === shown.length
      ? shown
      : `${shown.slice(0, kept)}… (${shown.length - kept} more characters)`;
  }

  #list(value: readonly unknown[], depth: number): JsonValue[] {
    const shown: JsonValue[] = [];
    for (const member of value) {
      if (this.#room === 0) return [...shown, `… (${value.length - shown.length} more)`];
      this.#spend(1);
      shown.push(this.of(member, depth) ?? null);
    }
    return shown;
  }

  #record(value: Record<string, unknown>, depth: number): JsonValue {
    const shown: Record<string, JsonValue> = {};
    let kept = 0;
    for (const key in value) {
      const member = value[key];
      if (member === undefined) continue;
      if (this.#room === 0) {
        shown["…"] = `${Object.values(value).filter((one) => one !== undefined).length - kept} more`;
        break;
      }
      kept += 1;
      this.#spend(1 + key.length);
      const covered = this.#secrets.isSecret(key) ? hidden : this.of(member, depth);
      if (covered !== undefined) put(shown, key, covered);
    }
    return shown;
  }

  #spend(characters: number): void {
    this.#room = Math.max(0, this.#room - characters);
  }
}

// An assignment would make a key __proto__ the prototype.
function put(record: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key !== "__proto__") record[key] = value;
  else Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}

// A text may quote a URL, whole or from its path on.
function hideInText(text: string, params: ReadonlySet<string>): string {
  let shown = text;
  if (shown.includes("://")) shown = shown.replace(urlInText, (url) => hideUserinfo(url));
  if (shown.includes("=") && paramStart.test(shown)) shown = hideParams(shown, paramInText, params);
  return shown;
}

// By text, not by URL: a record shows what was sent, also where it is no URL that parses.
function hideInUrl(url: string, params: ReadonlySet<string>): string {
  const shown = url.includes("@") ? hideUserinfo(url) : url;
  return shown.includes("=") ? hideParams(shown, paramInUrl, params) : shown;
}

function hideUserinfo(url: string): string {
  const afterScheme = url.indexOf("://") + 3;
  const authority = /^[^/?#]*/.exec(url.slice(afterScheme))?.[0] ?? "";
  const at = authority.lastIndexOf("@");
  return at < 0 ? url : `${url.slice(0, afterScheme)}${hidden}${url.slice(afterScheme + at)}`;
}

function hideParams(text: string, pattern: RegExp, params: ReadonlySet<string>): string {
  return text.replace(pattern, (whole, lead: string, name: string) =>
    params.has(decodeName(name)) ? `${lead}${name}=${hidden}` : whole,
  );
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name).toLowerCase();
  } catch {
    return name.toLowerCase();
  }
}
