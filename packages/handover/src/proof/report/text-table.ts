/** Rows of cells as lines, each column as wide as its widest cell. `tint` colours a cell after it was padded. */
export function textTable(
  rows: readonly (readonly string[])[],
  tint: (padded: string, row: number, column: number) => string = (padded) => padded,
): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return rows.map((row, index) =>
    row
      .map((cell, column) => {
        const padded = column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0);
        return tint(padded, index, column);
      })
      .join("  ")
      .trimEnd(),
  );
}
