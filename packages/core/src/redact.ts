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
const urlInText = /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'<>]+/gi;

export type Redact = (part: JsonValue) => JsonValue;

/**
 * Makes the function every recorded request, response and receipt goes through: values under secret keys are hidden at
 * any depth, so are userinfo and secret query parameters of URLs, and long text is cut. `extra` adds key names.
 */
export function redactor(extra: readonly string[] = []): Redact {
  const keys = new Set([...secretKeys, ...extra].map((key) => key.toLowerCase()));
  const params = new Set([...secretParams, ...extra].map((key) => key.toLowerCase()));

  return (part) => {
    let room = longestPart;
    const spend = (characters: number) => {
      room = Math.max(0, room - characters);
    };
    const text = (value: string): string => {
      const shown = urlStart.test(value) ? redactUrl(value, params) : value;
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
    const record = (value: object, depth: number): JsonValue => {
      const members = Object.entries(value).filter(([, member]) => member !== undefined);
      const shown: [string, JsonValue][] = [];
      for (const [key, member] of members) {
        if (room === 0) {
          shown.push(["…", `${members.length - shown.length} more`]);
          break;
        }
        spend(1 + key.length);
        shown.push([key, keys.has(key.toLowerCase()) ? hidden : walk(member, depth)]);
      }
      // Unlike an assignment, this keeps a key __proto__ as a key.
      return Object.fromEntries(shown);
    };
    const walk = (value: JsonValue, depth: number): JsonValue => {
      if (typeof value === "string") return text(value);
      if (typeof value !== "object" || value === null) return value;
      if (depth === deepest) return "…";
      return Array.isArray(value) ? list(value, depth + 1) : record(value, depth + 1);
    };
    return walk(part, 0);
  };
}

/** Hides what URLs inside a text give away; for error messages, which quote them. */
export function redactText(text: string): string {
  return text.includes("://")
    ? text.replace(urlInText, (url) => redactUrl(url, new Set(secretParams)))
    : text;
}

// By text, not by URL: a record shows what was sent, also where it is no URL that parses.
function redactUrl(url: string, params: ReadonlySet<string>): string {
  const afterScheme = url.indexOf("://") + 3;
  let shown = url;
  const authority = /^[^/?#]*/.exec(url.slice(afterScheme))?.[0] ?? "";
  const at = authority.lastIndexOf("@");
  if (at >= 0) shown = `${url.slice(0, afterScheme)}${hidden}${url.slice(afterScheme + at)}`;
  if (!shown.includes("?")) return shown;
  return shown.replace(/([?&])([^?=&#]*)=([^&#]*)/g, (whole, lead: string, name: string) =>
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
