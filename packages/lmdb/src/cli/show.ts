import { type AttemptRecord, type DeliveryRecord, DestError, type ErrorRecord } from "@dest/core";
import type { Asked } from "./arguments.js";
import { Columns } from "./columns.js";
import { withOutbox } from "./outbox.js";
import { print } from "./output.js";
import { printable, printableJson, printableJsonLines } from "./printable.js";

export async function show(asked: Asked): Promise<void> {
  const [id] = asked.ids as [string];
  const record = await withOutbox(asked, (outbox) => outbox.get(id));
  if (!record) {
    const message = `${id} is not in the outbox: it was never accepted, or was delivered and is no longer kept`;
    throw new DestError("DEST_MESSAGE_MISSING", message);
  }
  if (asked.json) await print(printableJson(record));
  else for (const line of described(record)) await print(line);
}

function described(record: DeliveryRecord): string[] {
  const { id, status, destination, group, origin, acceptedAt, availableAt, batchId, attempts, error } =
    record;
  const fields: [string, string | undefined][] = [
    ["status", status],
    ["destination", destination],
    ["group", group],
    ["run", origin.runId],
    ["workflow", origin.workflow],
    ["step", origin.step],
    ["parent", origin.parent],
    ["depth", String(origin.depth)],
    ["accepted", time(acceptedAt)],
    [status === "delivered" || status === "dead" ? "was due" : "due", time(availableAt)],
    ["batch", batchId],
    ["error", error && sentence(error)],
  ];
  const rows = fields.flatMap(([name, value]) => (value === undefined ? [] : [[name, printable(value)]]));
  return [
    printable(id),
    ...indented(new Columns().lines(rows)),
    ...labelled("receipt", record.receipt),
    attempts.length === 0 ? "no attempt yet" : "",
    ...attempts.flatMap(attemptLines),
  ].filter((line) => line !== "");
}

function attemptLines(
  { startedAt, durationMs, outcome, error, request, response }: AttemptRecord,
  i: number,
) {
  return [
    `attempt ${i + 1}: ${time(startedAt)}, ${outcome} after ${Math.round(durationMs)} ms`,
    ...indented(error ? [printable(sentence(error))] : []),
    ...labelled("request", request),
    ...labelled("response", response),
  ];
}

function labelled(name: string, value: unknown): string[] {
  if (value === undefined) return [];
  const [first, ...others] = printableJsonLines(value);
  return indented([`${name} ${first}`, ...others]);
}

function sentence({ code, message }: ErrorRecord): string {
  return `${code}: ${message}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

// A time that no Date can hold is shown as it is.
function time(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
