import type { DestinationStats } from "@dest/core";
import type { Asked } from "./arguments.js";
import { Columns } from "./columns.js";
import { withOutbox } from "./outbox.js";
import { print } from "./output.js";
import { printable, printableJson } from "./printable.js";

const numbers = ["pending", "delivering", "retrying", "delivered", "dead", "bytes"] as const;

export async function stats(asked: Asked): Promise<void> {
  const found = await withOutbox(asked, (outbox) => outbox.stats());
  if (asked.json) await print(printableJson(Object.fromEntries(found)));
  else for (const line of table(found)) await print(line);
}

function table(found: ReadonlyMap<string, DestinationStats>): string[] {
  const rows = [...found].map(([name, count]) => [
    printable(name),
    ...numbers.map((number) => String(count[number])),
  ]);
  return new Columns(numbers.map((_, i) => i + 1)).lines([["destination", ...numbers], ...rows]);
}
