import { format, numberBytes, readNumber } from "./meta.js";
import type { Store } from "./store.js";
import type { Unit } from "./unit.js";

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
  const found = readNumber(tables.meta, "format");
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
