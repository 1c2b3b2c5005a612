import { sql } from "@dest/sql";
import type { Ledger } from "./ledger.js";
import { keyOf, type Payload } from "./payload.js";

const most = 10_000_000;

/** Beside the outbox. */
export function databaseOf(outbox: string): string {
  return `${outbox}.duckdb`;
}

/**
 * Tells the ledger of the rows that are stored in the end. None may be there twice, but for those that were given up
 * and put back in line: they were in a new batch then.
 */
export async function readRows(outbox: string, ledger: Ledger): Promise<void> {
  const warehouse = sql({ path: databaseOf(outbox), maxRows: most });
  const { rows } = await warehouse.query('SELECT run, "at", line, "text" FROM sends');
  await warehouse.close();
  const seen = new Set<string>();
  for (const { run, at, line, text } of rows) {
    const payload = { run: String(run), at: Number(at), text: String(text) } as Payload;
    const key = keyOf(payload);
    const sent = line === null ? payload : { ...payload, line: String(line) };
    if (!seen.has(key)) ledger.arrive([sent], [key], key, 0);
    else if (!ledger.isDead(key)) ledger.faults.add("a message is in more than one row", key);
    seen.add(key);
    ledger.answer([sent], key, 0);
  }
}
