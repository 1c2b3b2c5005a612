import { createHmac } from "node:crypto";
import { invalidOption } from "@dest/core";
import type { DispatchRequest } from "./to-dispatch.js";

/** `whsec_` and base64, the form in which such secrets are handed out, or the key's bytes. 24 to 64 bytes. */
export type Secret = string | Uint8Array;

/**
 * Signs each request by the Standard Webhooks specification (symmetric, v1): headers `webhook-id`, the same on every
 * attempt, `webhook-timestamp`, of the attempt, and `webhook-signature`. With `secrets` there is one signature for each,
 * so that a receiver may change from one to the next.
 */
export type SignOptions = { readonly secret: Secret } | { readonly secrets: readonly Secret[] };

/** The same request, signed. `now`: epoch milliseconds. */
export type Sign = (request: DispatchRequest, id: string, now: number) => DispatchRequest;

const prefix = "whsec_";
const leastBytes = 24;
const mostBytes = 64;

/** Throws `DEST_INVALID_OPTION`, which never quotes a secret. */
export function signer(options: SignOptions): Sign {
  const keys = secretsOf(options).map(([path, secret]) => keyOf(path, secret));
  return (request, key, now) => {
    const id = idOf(key);
    const timestamp = String(Math.floor(now / 1_000));
    const signatures = keys.map((key) => {
      const hmac = createHmac("sha256", key).update(`${id}.${timestamp}.`);
      return `v1,${hmac.update(request.body ?? "").digest("base64")}`;
    });
    const headers = {
      ...request.headers,
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": signatures.join(" "),
    };
    return { ...request, headers };
  };
}

function secretsOf(options: unknown): [path: string, secret: unknown][] {
  const { secret, secrets } = (typeof options === "object" && options !== null ? options : {}) as {
    secret?: unknown;
    secrets?: unknown;
  };
  const isOne = secret !== undefined && secrets === undefined;
  const areSeveral = Array.isArray(secrets) && secrets.length > 0 && secret === undefined;
  if (isOne) return [["sign.secret", secret]];
  if (areSeveral) return secrets.map((one: unknown, i) => [`sign.secrets.${i}`, one]);
  throw invalidOption("sign", shown(options), "must be { secret } or { secrets: [newest, …] }");
}

function keyOf(path: string, secret: unknown): Uint8Array {
  const key = typeof secret === "string" ? decoded(secret) : secret;
  if (!(key instanceof Uint8Array))
    throw invalidOption(path, shown(secret), `must be "${prefix}" and base64, or bytes`);
  if (key.length < leastBytes || key.length > mostBytes)
    throw invalidOption(path, `${key.length} bytes`, `must have ${leastBytes} to ${mostBytes} bytes`);
  return key;
}

function decoded(secret: string): Uint8Array | undefined {
  const text = secret.startsWith(prefix) ? secret.slice(prefix.length) : "";
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : undefined;
}

// A full stop ends the id in what is signed: the specification wants none in it.
function idOf(key: string): string {
  return encodeURIComponent(key.toWellFormed()).replace(
    /[.!~*'()]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function shown(value: unknown): string {
  return value === null ? "null" : typeof value;
}
