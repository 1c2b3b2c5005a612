import { sql } from "@dest/sql";
import type { Ledger } from "./ledger.js";
import { keyOf, type Payload } from "./payload.js";

const most = 10_000_000;

/** Beside the outbox. */
export function databaseOf(outbox: string): string {
  return `${outbox}.duckdb`;
}

/** Tells the ledger of the rows that are stored in the end. One that is there twice is a message that came again. */
export async function readRows(outbox: string, ledger: Ledger): Promise<void> {
  const warehouse = sql({ path: databaseOf(outbox), maxRows: most });
  const { rows } = await warehouse.query('SELECT run, "at", line, "text" FROM sends');
  await warehouse.close();
  const seen = new Set<string>();
  for (const { run, at, line, text } of rows) {
    const payload = { run: String(run), at: Number(at), text: String(text) } as Payload;
    const key = keyOf(payload);
    if (seen.has(key)) ledger.faults.add("a message is in more than one row", key);
    seen.add(key);
    const sent = line === null ? payload : { ...payload, line: String(line) };
    ledger.arrive([sent], [key], key, 0);
    ledger.answer([sent], key, 0);
  }
}
