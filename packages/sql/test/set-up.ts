import { createDest, type Policy } from "@dest/core";
import { onTestFinished } from "vitest";
import { type SqlOptions, sql } from "../src/index.js";

/** A warehouse whose batches close at once. */
export function setUp(options: SqlOptions & Policy = {}) {
  const warehouse = sql({ batch: { maxWait: 0 }, retry: false, ...options });
  const dest = createDest({ destinations: { sql: warehouse } });
  onTestFinished(async () => {
    await dest.close({ timeout: 0 });
    await warehouse.close();
  });
  return {
    warehouse,
    dest,
    /** One batch of rows; answers their records. */
    async store(table: string, ...payloads: object[]) {
      const ids = await dest.run(($) => payloads.map((payload) => $.send.sql({ table, payload }).id));
      await dest.flush();
      const records = await Promise.all(ids.map((id) => dest.messages.get(id)));
      for (const record of records)
        if (record?.status !== "delivered")
          throw new Error(`${record?.status}: ${JSON.stringify(record?.error)}`);
      return records;
    },
    /** Values of one column, in order of storing. */
    async column(table: string, name: string): Promise<unknown[]> {
      const { rows } = await warehouse.query(`SELECT "${name}" AS v FROM ${table} ORDER BY rowid`);
      return rows.map(({ v }) => v);
    },
    async types(table: string): Promise<Record<string, string>> {
      const { columns } = await warehouse.query(`SELECT * FROM ${table} LIMIT 0`);
      return Object.fromEntries(columns.map(({ name, type }) => [name, type.replaceAll('"', "")]));
    },
  };
}
