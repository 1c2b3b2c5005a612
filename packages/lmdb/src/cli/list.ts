import type { DeliveryRecord, ListPage, Outbox } from "@dest/core";
import type { Asked } from "./arguments.js";
import { Columns } from "./columns.js";
import { withOutbox } from "./outbox.js";
import { print, say } from "./output.js";
import { printable, printableJson } from "./printable.js";

const readAtOnce = 250;
const longestError = 160;

export function list(asked: Asked): Promise<void> {
  return withOutbox(asked, async (outbox) => {
    const columns = new Columns([3]);
    let cursor: string | undefined;
    for await (const page of pages(outbox, asked)) {
      const lines = asked.json ? page.items.map(printableJson) : columns.lines(page.items.map(cells));
      for (const line of lines) await print(line);
      ({ cursor } = page);
    }
    if (cursor !== undefined)
      await print(asked.json ? printableJson({ cursor }) : `more: --cursor ${cursor}`);
    if (asked.status === "delivering")
      say(
        "What is delivering now is known to the process that delivers, and here shown as pending or retrying.",
      );
  });
}

/** As many records as were asked for, in pages that fit into memory. */
async function* pages(
  outbox: Outbox,
  { status, destination, workflow, limit, cursor }: Asked,
): AsyncGenerator<ListPage> {
  let [left, from] = [limit, cursor];
  do {
    const page = await outbox.list({
      status,
      destination,
      workflow,
      limit: Math.min(left, readAtOnce),
      cursor: from,
    });
    yield page;
    left -= page.items.length;
    from = page.cursor;
  } while (left > 0 && from !== undefined);
}

function cells({ id, status, destination, group, acceptedAt, attempts, error }: DeliveryRecord): string[] {
  const { code, message } = error ?? attempts.at(-1)?.error ?? {};
  const why = code === undefined ? "" : cut(`${code}: ${message}`);
  const tried = `${attempts.length} ${attempts.length === 1 ? "attempt " : "attempts"}`;
  return [new Date(acceptedAt).toISOString(), status, id, tried, destination, group, why].map(printable);
}

function cut(text: string): string {
  return text.length > longestError ? `${text.slice(0, longestError)}…` : text;
}
