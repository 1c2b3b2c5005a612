import type { Database, RootDatabaseOptionsWithPath } from "lmdb";

export type Key = string | number;

export const withOnePartKeys = ["meta", "batches", "started", "dead", "delivered", "counts"] as const;
export const withCompoundKeys = [
  "homes",
  "states",
  "lines",
  "late",
  "keys",
  "ids",
  "deliveredIndex",
  "runs",
  "damaged",
] as const;
export const tableNames = [...withOnePartKeys, ...withCompoundKeys];

export type TableName = (typeof tableNames)[number];
export type Tables = {
  readonly [Name in (typeof withOnePartKeys)[number]]: Database<Buffer, Key>;
} & { readonly [Name in (typeof withCompoundKeys)[number]]: Database<Buffer, Key[]> };

/**
 * Bytes, of stores that are made from now on. Most values are dozens of kilobytes and lie in pages side by side: the more
 * pages that takes, the longer LMDB looks for free ones, and with a backlog that becomes most of what a write costs.
 */
export const pageSize = 16_384;

export function environmentOptions(path: string): RootDatabaseOptionsWithPath {
  return {
    path,
    noSubdir: false,
    pageSize,
    maxDbs: tableNames.length + 2,
    encoding: "binary",
    // One transaction at a time is in flight here. Batching by turns would add one more promise to each, and nobody
    // would see that one reject when the disk is full.
    eventTurnBatching: false,
    permissionsMode: 0o600,
  } as RootDatabaseOptionsWithPath;
}

/** The value of what is only a key. */
export const nothing: Buffer = Buffer.from([1]);
