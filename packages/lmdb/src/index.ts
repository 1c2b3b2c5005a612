import type { Outbox } from "@dest/core";
import { LmdbOutbox } from "./lmdb-outbox.js";
import { checkOptions, type LmdbOptions } from "./options.js";

export type { CodecOptions } from "./codec.js";
export type { LmdbOptions } from "./options.js";

/**
 * A durable outbox in a directory of the local disk: what `run` resolved for survives the end of the process and a
 * power failure. Several processes may open one path; one of them delivers at a time. Opening fails with
 * `DEST_OUTBOX_FORMAT` where a newer version wrote the store, and `DEST_OUTBOX_UNREADABLE` where `decode` is not the
 * one it was written with.
 */
export function lmdb(options: LmdbOptions): Outbox {
  return new LmdbOutbox(checkOptions(options));
}
