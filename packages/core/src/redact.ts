import type { JsonValue } from "./json.js";

const secretKeys = ["authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key", "auth"];
const secretParams = ["token", "access_token", "api_key", "apikey", "key", "secret", "signature", "password"];

/** Characters kept of one text, and of all that one request or response holds; levels kept of what is nested. */
const longestText = 4_096;
const longestPart = 32_768;
const deepest = 100;

const hidden = "[redacted]";
const urlStart = /^[a-z][a-z0-9+.-]*:\/\//i;
// A scheme is short; without that limit a long word would be searched again from each of its letters.
// A fragment carries parameters too (RFC 6749, 4.2.2).
const paramInUrl = /([?&#])([^?=&#]*)=([^&#]*)/g;
const paramInText = /([?&#])([^?=&#\s"'<>]*)=([^&#\s"'<>]*)/g;
const urlInText = /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'<>]+/gi;

/** Every recorded request, response and receipt goes through it; `text` is for error messages. */
export interface Redact {
  (part: JsonValue): JsonValue;
  text(message: string): string;
}

/**
 * Hides values under secret keys at any depth, userinfo and secret parameters of URLs, and cuts what is long. `extra`
 * adds names of keys and parameters.
 */
export function redactor(extra: readonly string[] = []): Redact {
  const lower = extra.map((name) => name.toLowerCase());
  const keys = new Set([...secretKeys, ...lower]);
  const params = new Set([...secretParams, ...lower]);
  const redactText = (text: string) => hideInText(text, params);

  const redactPart = (part: JsonValue): JsonValue => {
    let room = longestPart;
    const spend = (characters: number) => {
      room = Math.max(0, room - characters);
    };
    const text = (value: string): string => {
      const isUrl = value.includes("://") && urlStart.test(value);
      const shown = isUrl ? hideInUrl(value, params) : redactText(value);
      const kept = Math.min(shown.length, longestText, room);
      spend(kept);
      return kept === shown.length
        ? shown
        : `${shown.slice(0, kept)}… (${shown.length - kept} more characters)`;
    };
    const list = (value: readonly JsonValue[], depth: number): JsonValue[] => {
      const shown: JsonValue[] = [];
      for (const member of value) {
        if (room === 0) return [...shown, `… (${value.length - shown.length} more)`];
        spend(1);
        shown.push(walk(member, depth));
      }
      return shown;
    };
    const record = (value: { readonly [key: string]: JsonValue | undefined }, depth: number): JsonValue => {
      const shown: Record<string, JsonValue> = {};
      let kept = 0;
      for (const key in value) {
        const member = value[key];
        if (member === undefined) continue;
        if (room === 0) {
          shown["…"] = `${Object.values(value).filter((one) => one !== undefined).length - kept} more`;
          break;
        }
        kept += 1;
        spend(1 + key.length);
        put(shown, key, keys.has(key) || keys.has(key.toLowerCase()) ? hidden : walk(member, depth));
      }
      return shown;
    };
    const walk = (value: JsonValue, depth: number): JsonValue => {
      if (typeof value === "string") return text(value);
      if (typeof value !== "object" || value === null) return value;
      if (depth === deepest) return "…";
      return Array.isArray(value)
        ? list(value, depth + 1)
        : record(value as { readonly [key: string]: JsonValue }, depth + 1);
    };
    return walk(part, 0);
  };
  return Object.assign(redactPart, { text: redactText });
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
  if (shown.includes("=")) shown = hideParams(shown, paramInText, params);
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
