import { invalid, jsonText } from "@dest/core";
import { Memo } from "./memo.js";

type Scalar = string | number | boolean;

export interface HttpRequest {
  /** Any case. Default `POST` with `data`, `GET` without. */
  readonly method?: string | undefined;
  /** http or https. A query in it is kept; `params` are added to it. */
  readonly url: string | URL;
  readonly params?: { readonly [name: string]: Scalar | undefined } | undefined;
  readonly headers?: { readonly [name: string]: Scalar | undefined } | undefined;
  /** Basic authentication. */
  readonly auth?: { readonly username: string; readonly password: string } | undefined;
  /** An object or array is sent as JSON, a string as it is, bytes as they are, URLSearchParams as a form. */
  readonly data?: string | object | undefined;
}

/** A request as it is stored: complete but for the idempotency key. Header names are in lower case. */
export interface PreparedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
}

export const accepts = ["method", "url", "data", "headers", "params", "auth"] as const;

const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"]);
// RFC 9110, 5.6.2 and 5.5; a value is sent as Latin-1.
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** The connection's own (RFC 9110, 7.6.1) or computed: accepted from code that sets them, and not sent. */
const ignoredHeaders = new Set(["connection", "keep-alive", "transfer-encoding", "content-length"]);
const impossibleHeaders = new Set(["upgrade", "expect"]);

/** Validates and shapes what `$.send.http` was given. */
export function prepare(request: HttpRequest): PreparedRequest {
  if (typeof request !== "object" || request === null) throw invalid("the request", shown(request));
  const { url, userinfo } = prepareAddress(request.url, request.params);
  const headers = prepareHeaders(request.headers);
  const authorization = basicAuth(request.auth) ?? userinfo;
  if (authorization !== undefined) headers.authorization = authorization;
  const body = prepareBody(request.data, headers);
  const method = prepareMethod(request.method, body !== undefined);
  return body === undefined ? { method, url, headers } : { method, url, headers, body };
}

export function bodyBytes({ body }: PreparedRequest): number {
  return body === undefined ? 0 : Buffer.byteLength(body);
}

function prepareMethod(given: unknown, hasBody: boolean): string {
  if (given === undefined) return hasBody ? "POST" : "GET";
  if (methods.has(given as string)) return given as string;
  const method = typeof given === "string" ? given.toUpperCase() : "";
  if (method === "CONNECT") throw invalid("method", given, "CONNECT opens a tunnel and sends no message");
  if (!methods.has(method)) throw invalid("method", given);
  return method;
}

interface Address {
  readonly url: string;
  /** As the value of an `authorization` header. */
  readonly userinfo?: string | undefined;
}

// Parsing a URL costs more than the rest of `prepare`, and most programs send to few.
const addresses = new Memo((given) => addressOf(given, undefined));

function prepareAddress(given: unknown, params: unknown): Address {
  const isPlain = params === undefined && typeof given === "string" && !given.includes("@");
  return isPlain ? addresses.get(given) : addressOf(given, params);
}

function addressOf(given: unknown, params: unknown): Address {
  const url = prepareUrl(given, params);
  const userinfo = takeUserinfo(url);
  return { url: url.href, userinfo };
}

function prepareUrl(given: unknown, params: unknown): URL {
  const url = parseUrl(given);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw invalid("url", shownUrl(given), "only http and https can be sent to");
  }
  url.hash = "";
  if (params !== undefined) {
    const added = scalars("params", params).map(([name, value]) => `${encode(name)}=${encode(value)}`);
    // Not through searchParams, which would write the query it has anew.
    if (added.length > 0) url.search += `${url.search === "" ? "?" : "&"}${added.join("&")}`;
  }
  return url;
}

function parseUrl(given: unknown): URL {
  if (typeof given === "string" || given instanceof URL) {
    try {
      return new URL(given);
    } catch {
      // Said below, with the value.
    }
  }
  throw invalid("url", shownUrl(given));
}

function encode(text: string): string {
  // A lone surrogate has no encoding.
  return encodeURIComponent(text.toWellFormed());
}

function prepareHeaders(given: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  if (given === undefined) return headers;
  for (const [name, value] of scalars("headers", given)) {
    const lower = name.toLowerCase();
    if (!headerName.test(name)) throw invalid("headers", name, "no name of a header");
    if (impossibleHeaders.has(lower)) throw invalid(`headers.${name}`, value, "it cannot be sent");
    if (!headerValue.test(value)) {
      const hint = "line breaks, control characters and characters beyond Latin-1 cannot be sent";
      throw invalid(`headers.${name}`, shown(value), hint);
    }
    if (!ignoredHeaders.has(lower)) headers[lower] = value;
  }
  return headers;
}

function scalars(path: string, given: unknown): [name: string, value: string][] {
  // An array, a Map, Headers or URLSearchParams has entries of its own, which Object.entries would not see.
  if (typeof given !== "object" || given === null || Symbol.iterator in given) {
    throw invalid(path, shown(given), "an object of names and values is needed");
  }
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    if (!isScalar) throw invalid(`${path}.${name}`, value);
    entries.push([name, String(value)]);
  }
  return entries;
}

function basicAuth(given: unknown): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== "object" || given === null) throw invalid("auth", shown(given));
  const { username, password } = given as { username?: unknown; password?: unknown };
  if (typeof username !== "string") throw invalid("auth.username", username);
  if (typeof password !== "string")
    throw invalid("auth.password", typeof password === "object" ? password : typeof password);
  // RFC 7617, 2: the first colon ends the name.
  if (username.includes(":"))
    throw invalid("auth.username", shown(username), "a user name cannot hold a colon");
  return encodeBasic(username, password);
}

/** `https://user:secret@host` as Basic authentication, so that the secret is in no stored URL. */
function takeUserinfo(url: URL): string | undefined {
  if (url.username === "" && url.password === "") return undefined;
  const authorization = encodeBasic(decode(url.username), decode(url.password));
  url.username = url.password = "";
  return authorization;
}

// A percent sign that begins no escape stands for itself, as it does in the rest of the URL.
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encodeBasic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function prepareBody(data: unknown, headers: Record<string, string>): string | Uint8Array | undefined {
  if (data === undefined || typeof data === "string") return data;
  if (typeof data !== "object" || data === null) throw invalid("data", data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  if (data instanceof ArrayBuffer) return new Uint8Array(data).slice();
  if (data instanceof URLSearchParams) {
    headers["content-type"] ??= "application/x-www-form-urlencoded;charset=UTF-8";
    return data.toString();
  }
  const body = jsonText("data", data);
  headers["content-type"] ??= "application/json";
  return body;
}

// Errors end up in logs: they say what a value is, not a text that may hold a secret.
function shown(value: unknown): unknown {
  return typeof value === "string" ? "(a string)" : value;
}

function shownUrl(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/\/\/.*@/s, "//…@").replace(/[?#].*/s, "?…") : value;
}
