import type { Database } from "lmdb";
import type { Key } from "./tables.js";

/** The version of the layout described in the README. It changes when an older version could not read the store. */
export const format = 1;

/** A number of the table `meta`; 0 where there is none. */
export function readNumber(meta: Database<Buffer, Key>, name: string): number {
  const value = meta.getBinary(name)?.readDoubleBE() ?? 0;
  return Number.isSafeInteger(value) ? value : 0;
}

export function numberBytes(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleBE(value);
  return bytes;
}
