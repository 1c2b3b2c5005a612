import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { DestError } from "@dest/core";
import type { buildConnector } from "undici";
import { type Network, refusalOf } from "./addresses.js";

type LookupAll = (
  hostname: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Resolves names to the addresses that may be sent to, and fails where there is none. It is asked for each connection,
 * and what it answers is what is connected to: a name that points elsewhere a moment later gains nothing.
 */
export function guardedLookup(network: Network, resolve: LookupAll = lookup): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, "");
      const allowed = addresses.filter(({ address }) => refusalOf(address, network) === undefined);
      const [first] = allowed;
      if (!first) return done(noneOf(hostname, addresses, network), "");
      if (options.all) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}

/** Connects to an address that was given as such, for which nothing is looked up, only where it may be sent to. */
export function guardedConnector(
  network: Network,
  connect: buildConnector.connector,
): buildConnector.connector {
  return (options, done) => {
    const error = refusalOfHost(options.hostname, network);
    if (error) done(error, null);
    else connect(options, done);
  };
}

/** Of a URL's `hostname`, where it is an address; the URL parser has brought every spelling into one form. */
export function refusalOfHost(hostname: string, network: Network): DestError | undefined {
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(address) === 0 || refusalOf(address, network) === undefined) return undefined;
  return refused(address, address, network);
}

function noneOf(hostname: string, [first]: LookupAddress[], network: Network): Error {
  if (first) return refused(hostname, first.address, network);
  return Object.assign(new Error(`${hostname} has no address`), { code: "ENOTFOUND" });
}

function refused(host: string, address: string, network: Network): DestError {
  const where = host === address ? address : `${host} (${address})`;
  const allowing = refusalOf(address, "private") === undefined ? "private" : "any";
  const message = `${where} is not sent to, as ${refusalOf(address, network)}. If it shall be, create the destination with network: "${allowing}"`;
  return new DestError("DEST_HTTP_ADDRESS", message, { retryable: false });
}
