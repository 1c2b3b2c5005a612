import { DestError } from "@dest/core";
import type { Store } from "./store.js";
import { numberBytes, readNumber, type Unit } from "./unit.js";

/** The version of the layout described in the README. It changes when an older version could not read the store. */
export const format = 1;

/** What makes the store of one version that of the next, by the version it starts from. */
export type Migrations = Readonly<Record<number, (unit: Unit) => void>>;

// Version 1 is the first there is.
const migrations: Migrations = {};

const probe = "dest";

/** Makes the store one of this version, or rejects: with what to do about it, and without having changed anything. */
export async function checkFormat(
  store: Store<Unit>,
  current: number = format,
  steps: Migrations = migrations,
): Promise<void> {
  const { tables, codec } = store;
  const found = readNumber(tables, "format");
  if (found > current) {
    const message = `the store has format ${found}, this version of @dest/lmdb reads up to ${current}: install the version that wrote it, or a newer one`;
    throw new DestError("DEST_OUTBOX_FORMAT", message);
  }
  const check = tables.meta.getBinary("check");
  if (check) codec.decode(check, "the store");
  if (found === current) return;
  await store.write({
    plan: (unit) => {
      for (let version = found; found > 0 && version < current; version++) steps[version]?.(unit);
      if (!check) unit.tables.meta.put("check", codec.encode(probe));
      unit.tables.meta.put("format", numberBytes(current));
    },
  });
}
