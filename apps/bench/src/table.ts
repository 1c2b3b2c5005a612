import type { Result } from "./result.js";
import type { Spread } from "./rounds.js";

const headings = ["", "A", "B", "A / B", "must reach", "reach for", "reached"];

/** The results as a table for a terminal, and below it what A and B are. */
export function table(results: readonly Result[]): string {
  const rows = [headings, ...results.map(row)];
  const widths = headings.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  const legend = results.map(({ name, a, b }) => `${name}\n  A  ${a}\n  B  ${b}`);
  return [...lines.map((line) => line.trimEnd()), "", ...legend].join("\n");
}

function row({ name, unit, better, mustReach, reachFor, measured, notRun }: Result): string[] {
  const sign = better === "lower" ? "≤" : "≥";
  const thresholds = [`${sign} ${mustReach}`, `${sign} ${reachFor}`];
  if (!measured) return [name, "", "", "", ...thresholds, `not run: ${notRun}`];
  const { a, b, ratio, reached } = measured;
  return [name, figure(a.median, unit), figure(b.median, unit), quoted(ratio), ...thresholds, reached];
}

function figure(value: number, unit: string): string {
  return `${value.toLocaleString("en", { maximumSignificantDigits: 3 })} ${unit}`;
}

function quoted({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
}
