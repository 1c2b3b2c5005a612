import type { Figure } from "./benchmark.js";
import type { Result } from "./result.js";
import type { Spread } from "./rounds.js";

const headings = ["", "A", "B", "A / B", "must reach", "reach for", "reached"];

/** The results as a table for a terminal, and below it what A and B are. */
export function table(results: readonly Result[]): string {
  const rows = [headings, ...results.map(row)];
  const widths = headings.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return [...lines.map((line) => line.trimEnd()), "", ...legend(results)].join("\n");
}

function row(result: Result): string[] {
  const { name, unit, measured, notRun } = result;
  const thresholds = [threshold(result, result.mustReach), threshold(result, result.reachFor)];
  if (!measured) return [name, "", "", "", ...thresholds, `not run: ${notRun}`];
  const { a, b, judged, reached } = measured;
  const figures = [
    figure(a.median, unit),
    b ? figure(b.median, unit) : "",
    judged ? quoted(judged, result) : "",
  ];
  return [name, ...figures, ...thresholds, b ? (reached ?? "") : `B not run: ${notRun}`];
}

/** Rows that are figures of the same two have one. */
function legend(results: readonly Result[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, a, b } of results) {
    const what = `  A  ${a}\n  B  ${b}`;
    names.set(what, [...(names.get(what) ?? []), name]);
  }
  return [...names].map(([what, of]) => `${of.join(", ")}\n${what}`);
}

function threshold({ better, judged = "ratio", unit }: Figure, value: number | undefined): string {
  if (value === undefined) return "";
  return `${better === "lower" ? "≤" : "≥"} ${value}${judged === "ratio" ? "" : ` ${unit}`}`;
}

function figure(value: number, unit: string): string {
  return `${value.toLocaleString("en", { maximumSignificantDigits: 3 })} ${unit}`;
}

function quoted({ median, min, max }: Spread, { judged = "ratio" }: Figure): string {
  const label = { ratio: "", difference: "A - B: ", a: "A: " }[judged];
  const digits = judged === "ratio" ? 2 : 1;
  return `${label}${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}
