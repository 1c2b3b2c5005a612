import type { DeliveryRecord, Status } from "@dest/core";
import type { DeliveryCounts } from "./deliveries.js";
import type { Colour, Paint } from "./paint.js";
import type { Arrival } from "./receiver.js";
import { type Column, table } from "./table.js";

const colours: { readonly [S in Status]: Colour } = {
  delivered: "green",
  dead: "red",
  retrying: "yellow",
  delivering: "yellow",
  pending: "dim",
};
const arrivalsShown = 10;
const longestArrival = 90;

/** One row for each message. */
export function messageTable(records: readonly DeliveryRecord[], paint: Paint): string[] {
  const columns: Column<DeliveryRecord>[] = [
    { title: "id", text: ({ id }) => id },
    { title: "destination", text: ({ destination }) => destination },
    {
      title: "status",
      text: ({ status }) => status,
      paint: (text, { status }) => paint(colours[status], text),
    },
    { title: "attempts", align: "right", text: ({ attempts }) => String(attempts.length) },
    { title: "duration", align: "right", text: duration },
    { title: "response", align: "right", text: responseStatus },
  ];
  const [head = "", ...rows] = table(columns, records);
  return [paint("bold", head), ...rows];
}

/** Why messages are not delivered: each reason once, with how many it kept. */
export function reasons(records: readonly DeliveryRecord[]): string[] {
  const counted = new Map<string, number>();
  for (const { status, attempts, error } of records) {
    if (status === "delivered") continue;
    const reason = error ?? attempts.at(-1)?.error;
    if (!reason) continue;
    const text = `${status}: ${reason.code}: ${reason.message}`;
    counted.set(text, (counted.get(text) ?? 0) + 1);
  }
  return [...counted].map(([text, times]) => `${times} ${text}`);
}

/** What the receiver got, in the order it came. */
export function arrivalLines(arrivals: readonly Arrival[]): string[] {
  if (arrivals.length === 0) return [];
  const head = `The receiver got ${arrivals.length} ${arrivals.length === 1 ? "request" : "requests"}:`;
  const shown = arrivals.slice(0, arrivalsShown).map(({ method, path, body }) => {
    const line = `${method} ${path}  ${body.replaceAll(/\s+/g, " ")}`.trimEnd();
    return line.length > longestArrival ? `${line.slice(0, longestArrival)}…` : line;
  });
  const more = arrivals.length - shown.length;
  return [head, ...shown.map((line) => `  ${line}`), ...(more > 0 ? [`  and ${more} more`] : [])];
}

export interface Ending {
  readonly counts: DeliveryCounts;
  readonly ms: number;
  /** Every step ran to its end. */
  readonly ranWell: boolean;
}

/** The closing line. */
export function summary({ counts, ms, ranWell }: Ending, paint: Paint): string {
  const { total, delivered, dead } = counts;
  const waiting = total - delivered - dead;
  const parts = [total === 0 ? "nothing was sent" : `${delivered} of ${total} delivered in ${seconds(ms)}`];
  if (dead > 0) parts.push(`${dead} dead`);
  if (waiting > 0) parts.push(`${waiting} given up`);
  if (!ranWell) parts.push("a step failed");
  const said = paint(parts.length === 1 ? "green" : "red", `${parts.join(", ")}.`);
  if (waiting === 0) return said;
  return `${said} A program that runs on would go on trying; --wait gives this one longer.`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function duration({ attempts }: DeliveryRecord): string {
  if (attempts.length === 0) return "-";
  const ms = attempts.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return `${Math.round(ms)} ms`;
}

function responseStatus({ attempts }: DeliveryRecord): string {
  const response = attempts.at(-1)?.response;
  const status =
    typeof response === "object" && response !== null && "status" in response ? response.status : undefined;
  return status === undefined ? "-" : String(status);
}
