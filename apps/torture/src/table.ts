import { holds, type Row } from "./trial.js";

const headings = ["", "accepted", "delivered", "duplicated", "lost", "phantom", "seconds", "held"];

/** The rows as a table for a terminal, and below it what they do not say. */
export function table(rows: readonly Row[]): string {
  const cells = [headings, ...rows.map(row)];
  const widths = headings.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, i) =>
        i === 0 || i === headings.length - 1 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  const remarks = rows.flatMap(({ trial, faults, notes }) => [
    ...faults.map((fault) => `${trial}: FAULT ${fault}`),
    ...notes.map((note) => `${trial}: ${note}`),
  ]);
  return [...lines, ...(remarks.length > 0 ? ["", ...remarks] : [])].join("\n");
}

function row(given: Row): string[] {
  const { trial, accepted, delivered, duplicated, lost, phantom, seconds, skipped } = given;
  if (skipped !== undefined) return [trial, "", "", "", "", "", "", `skipped: ${skipped}`];
  const figures = [accepted, delivered, duplicated, lost, phantom].map(String);
  return [trial, ...figures, seconds.toFixed(1), holds(given) ? "yes" : "NO"];
}
