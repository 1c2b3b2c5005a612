import type { ConnectionOptions } from "node:tls";
import { invalidOption } from "@dest/core";
import { type Network, networks } from "./addresses.js";
import type { SignOptions } from "./sign.js";

/** Options of `http()` beside the policy every destination takes. */
export interface HttpOptions {
  /**
   * Which addresses may be sent to, checked on the address that is connected to, of each redirect too. `"private"`
   * (default): all but link-local ones and those at which clouds tell their machines secrets. `"public"`: also no
   * loopback, private, shared, multicast or reserved one, for addresses that strangers choose. `"any"`: all.
   */
  readonly network?: Network | undefined;
  /**
   * `"follow"` (default): up to 5 redirects within one attempt, method and body by the Fetch standard. Another origin
   * gets no credentials, no signature and no header of your own. `"error"`: a redirect is a dead letter.
   */
  readonly redirect?: "follow" | "error" | undefined;
  /** Default: requests are not signed. */
  readonly sign?: SignOptions | undefined;
  /** A certificate authority of your own, a client's certificate. Default: those Node trusts, none. */
  readonly tls?: TlsOptions | undefined;
  /**
   * The URL of a proxy, or `"environment"`: what `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say when the first message
   * is delivered. It resolves names itself, so that `network` refuses only addresses given as such. Default: none.
   */
  readonly proxy?: string | URL | undefined;
  /** HTTP/2 with servers that offer it over TLS. Default `false`. */
  readonly http2?: boolean | undefined;
}

/** As in `tls.connect` of Node. */
export type TlsOptions = Pick<
  ConnectionOptions,
  "ca" | "cert" | "key" | "pfx" | "passphrase" | "servername" | "rejectUnauthorized" | "minVersion"
>;

export const optionNames = [
  "network",
  "redirect",
  "sign",
  "tls",
  "proxy",
  "http2",
] as const satisfies readonly (keyof HttpOptions)[];

const tlsNames = ["ca", "cert", "key", "pfx", "passphrase", "servername", "rejectUnauthorized", "minVersion"];

/** Throws `DEST_INVALID_OPTION`, which never quotes a key or a proxy's password. */
export function checkOptions({ network, redirect, tls, proxy, http2 }: HttpOptions): void {
  oneOf("network", network, networks);
  oneOf("redirect", redirect, ["follow", "error"]);
  oneOf("http2", http2, [true, false]);
  if (tls !== undefined) checkTls(tls);
  if (proxy !== undefined && proxy !== "environment" && !isProxy(proxy))
    throw invalidOption("proxy", typeof proxy, 'must be an http or https URL, or "environment"');
}

function oneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw invalidOption(name, value, `must be ${allowed.map((one) => JSON.stringify(one)).join(" or ")}`);
}

function checkTls(tls: unknown): void {
  if (typeof tls !== "object" || tls === null) throw invalidOption("tls", typeof tls, "must be an object");
  for (const name of Object.keys(tls))
    if (!tlsNames.includes(name)) throw invalidOption("tls", name, `takes ${tlsNames.join(", ")}`);
}

function isProxy(proxy: unknown): boolean {
  return URL.canParse(String(proxy)) && /^https?:$/.test(new URL(String(proxy)).protocol);
}
