import { invalidOption, type Retention } from "@dest/core";
import type { CodecOptions } from "./codec.js";

export interface LmdbOptions extends CodecOptions {
  /** The directory of the store, on a local disk. It is made where it does not exist. */
  readonly path: string;
  /** How long delivered records are kept. Default: what `createDest` was given, else 10,000 records and 7 days. */
  readonly retention?: Retention | undefined;
}

const known = ["path", "retention", "encode", "decode"];

/** Refuses options that cannot be used, with `DEST_INVALID_OPTION`. */
export function checkOptions(options: LmdbOptions): LmdbOptions {
  const { path, retention, encode, decode } = options ?? {};
  if (typeof path !== "string" || path === "")
    throw invalidOption("lmdb.path", path, "expected a directory of its own, such as ./outbox");
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw invalidOption(`lmdb.${name}`, undefined, `there is no such option (${known.join(", ")})`);
  for (const [name, value] of Object.entries({ encode, decode }))
    if (value !== undefined && typeof value !== "function")
      throw invalidOption(`lmdb.${name}`, value, "expected a function from bytes to bytes");
  if ((encode === undefined) !== (decode === undefined))
    throw invalidOption("lmdb.decode", decode, "encode and decode come together");
  for (const [name, value] of Object.entries(retention ?? {}))
    if (value !== undefined && !(typeof value === "number" && value >= 0))
      throw invalidOption(`lmdb.retention.${name}`, value, "expected a number, not negative");
  return options;
}
