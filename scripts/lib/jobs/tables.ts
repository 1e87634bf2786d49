/** Rows with their columns side by side, the first row as a heading. */
export function columns(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Facts below each other, those without a value left out. */
export function facts(pairs: [name: string, value: string | null][]): string {
  const told = pairs.filter((pair): pair is [string, string] => pair[1] !== null);
  const width = Math.max(...told.map(([name]) => name.length));
  return told
    .map(([name, value]) => `  ${name.padEnd(width)}  ${value.replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`)
    .join('\n');
}

/** A time for people: to the second, in UTC, as the logs have it. */
export const timeWords = (iso: string | null): string =>
  iso === null ? '–' : `${iso.slice(0, 19).replace('T', ' ')} UTC`;
