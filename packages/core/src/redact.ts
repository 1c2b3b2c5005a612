import type { JsonValue } from "./json.js";

const secretKeys = ["authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key", "auth"];
const secretParams = ["token", "access_token", "api_key", "apikey", "key", "secret", "signature", "password"];

/** Characters kept of one text, and of all texts of one request or response. */
const longestText = 4_096;
const longestPart = 32_768;

const hidden = "[redacted]";
const urlStart = /^[a-z][a-z0-9+.-]*:\/\//i;
const urlInText = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi;

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
    const text = (value: string): string => {
      const shown = urlStart.test(value) ? redactUrl(value, params) : value;
      const kept = Math.min(shown.length, longestText, room);
      room -= kept;
      return kept === shown.length
        ? shown
        : `${shown.slice(0, kept)}… (${shown.length - kept} more characters)`;
    };
    const walk = (value: JsonValue): JsonValue => {
      if (typeof value === "string") return text(value);
      if (typeof value !== "object" || value === null) return value;
      if (Array.isArray(value)) return value.map(walk);
      const shown: Record<string, JsonValue> = {};
      for (const [key, member] of Object.entries(value)) {
        if (member === undefined) continue;
        shown[key] = keys.has(key.toLowerCase()) ? hidden : walk(member);
      }
      return shown;
    };
    return walk(part);
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
  return shown.replace(/([?&])([^=&#]*)=([^&#]*)/g, (whole, lead: string, name: string) =>
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
