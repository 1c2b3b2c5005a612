import { type DestinationService, type Taken, testDestination } from "@dest/core/testing";
import { test } from "vitest";
import { sql, type Warehouse } from "../src/index.js";

interface Database extends DestinationService {
  warehouse?: Warehouse;
  arrived(): void;
}

const here = "a database of this process";

testDestination({
  test,
  serve(answer): Database {
    const service: Database = {
      arrived: () => void answer(),
      async taken(): Promise<Taken[]> {
        const tables = await service.warehouse?.query(
          "SELECT 1 FROM duckdb_tables() WHERE table_name = 'people'",
        );
        if (!tables?.rows.length) return [];
        const { rows } = (await service.warehouse?.query("SELECT number FROM people ORDER BY rowid")) ?? {
          rows: [],
        };
        return rows.map(({ number }) => ({ call: Number(number), key: String(number) }));
      },
      close: () => service.warehouse?.close(),
    };
    return service;
  },
  create(service) {
    const warehouse = sql({ batch: { maxWait: 0 } });
    service.warehouse = warehouse;
    return {
      ...warehouse,
      deliver(batch, context) {
        service.arrived();
        return warehouse.deliver(batch, context);
      },
    };
  },
  call: (number) => [{ table: "people", payload: { number, name: `Luke ${number}`, list: [number] } }],
  invalid: [
    { args: [undefined], path: "the event" },
    { args: [{ payload: {} }], path: "table" },
    { args: [{ table: "_a", payload: {} }], path: "table" },
    { args: [{ table: "a" }], path: "payload" },
    { args: [{ table: "a", payload: [] }], path: "payload" },
    { args: [{ table: "a", payload: { list: [new Map()] } }], path: "payload.list.0" },
  ],
  cannot: {
    transient: `${here} does not fail for now when it is asked to`,
    permanent: `${here} takes every row`,
    throttle: `${here} asks nobody to wait`,
    silent: `${here} always answers`,
    partial: "a batch is one transaction",
    secrets: "a row has no place for a secret, and there are no options with one",
  },
});
