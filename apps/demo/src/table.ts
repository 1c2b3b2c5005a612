export interface Column<Row> {
  readonly title: string;
  readonly align?: "right";
  text(row: Row): string;
  /** Applied when the width is known: colours have none. */
  paint?(text: string, row: Row): string;
}

/** Lines of a table with a head; columns are as wide as their widest text. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const widths = columns.map(({ title, text }) =>
    Math.max(title.length, ...rows.map((row) => text(row).length)),
  );
  const pad = (text: string, column: number) =>
    columns[column]?.align === "right"
      ? text.padStart(widths[column] ?? 0)
      : text.padEnd(widths[column] ?? 0);
  const head = columns.map(({ title }, column) => pad(title, column));
  const body = rows.map((row) =>
    columns.map(({ text, paint = (cell) => cell }, column) => paint(pad(text(row), column), row)),
  );
  return [head, ...body].map((cells) => cells.join("  ").trimEnd());
}
