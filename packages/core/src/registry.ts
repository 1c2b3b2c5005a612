import type { AnyDestination } from "./destination.js";
import { DestError, invalidOption } from "./errors.js";
import { type ResolvedPolicy, resolvePolicy } from "./policy.js";

/** A destination under the name it has on `$.send`. */
export interface Registered {
  readonly name: string;
  readonly destination: AnyDestination;
  readonly policy: ResolvedPolicy;
  readonly accepts: ReadonlySet<string> | undefined;
}

export type Registry = ReadonlyMap<string, Registered>;

const apiVersion = 1;
// `then` would make `await $.send` call it; the others are asked of every object by the language or by loggers.
const reserved = new Set(["then", "constructor", "toJSON", "__proto__", "toString", "valueOf"]);

/** Checks what was given to createDest; throws `DEST_INVALID_OPTION` or `DEST_API_VERSION`. */
export function register(destinations: Readonly<Record<string, AnyDestination>>): Registry {
  if (typeof destinations !== "object" || destinations === null) {
    throw invalidOption("destinations", destinations, "must be an object of destinations by name");
  }
  return new Map(Object.entries(destinations).map(([name, one]) => [name, registerOne(name, one)]));
}

function registerOne(name: string, destination: AnyDestination): Registered {
  if (reserved.has(name) || name === "") throw invalidOption("destinations", name, "must be named otherwise");
  if (typeof destination?.deliver !== "function" || typeof destination.prepare !== "function") {
    throw invalidOption(`destinations.${name}`, destination, "must be a destination, such as http()");
  }
  if (destination.apiVersion !== apiVersion) {
    const message = `destinations.${name} (${destination.kind}) is made for plugin API ${destination.apiVersion}; this @dest/core speaks ${apiVersion}: install versions that fit`;
    throw new DestError("DEST_API_VERSION", message, { retryable: false });
  }
  return {
    name,
    destination,
    policy: resolvePolicy(`destinations.${name}`, destination.policy),
    accepts: destination.accepts && new Set(destination.accepts),
  };
}
