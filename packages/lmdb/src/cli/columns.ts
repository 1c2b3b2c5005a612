/** Rows as lines with aligned columns. Widths are remembered, so that later pages line up with the first. */
export class Columns {
  readonly #widths: number[] = [];
  readonly #numbers: ReadonlySet<number>;

  /** `numbers`: the columns that are aligned to the right. */
  constructor(numbers: Iterable<number> = []) {
    this.#numbers = new Set(numbers);
  }

  lines(rows: readonly (readonly string[])[]): string[] {
    for (const row of rows)
      row.forEach((cell, i) => {
        this.#widths[i] = Math.max(this.#widths[i] ?? 0, cell.length);
      });
    return rows.map((row) =>
      row
        .map((cell, i) => this.#padded(cell, i))
        .join("  ")
        .trimEnd(),
    );
  }

  #padded(cell: string, i: number): string {
    const width = this.#widths[i] ?? 0;
    return this.#numbers.has(i) ? cell.padStart(width) : cell.padEnd(width);
  }
}
