import { escapeControls } from '@job-manager/shared/terminal-text';

/** Rows with their columns side by side, the first row as a heading; a cell has one line. */
export function columns(cells: string[][]): string {
  const rows = cells.map((row) => row.map((cell) => escapeControls(cell).replace(/\s+/g, ' ')));
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

/** A value and, where it has one, its colour. */
export type Fact = [name: string, value: string | null, paint?: (text: string) => string];

/** Facts below each other, those without a value left out. */
export function facts(all: Fact[]): string {
  const shown = all.flatMap(([name, value, paint = String]) => (value === null ? [] : [{ name, value, paint }]));
  const width = Math.max(...shown.map(({ name }) => name.length));
  return shown
    .map(({ name, value, paint }) => {
      const indented = escapeControls(value).replaceAll('\n', `\n${' '.repeat(width + 4)}`);
      return `  ${name.padEnd(width)}  ${paint(indented)}`;
    })
    .join('\n');
}

/** A time for people: to the second, in UTC, as the logs have it. */
export const formatTime = (iso: string | null): string =>
  iso === null ? '–' : `${iso.slice(0, 19).replace('T', ' ')} UTC`;
