/** Rows in one file: what a spreadsheet still opens with ease. */
export const MAX_CSV_ROWS = 50_000;

/** The columns of a CSV file, by name: how each cell is read from a row. */
export type CsvColumns<Row> = Record<string, (row: Row) => Cell>;
type Cell = string | number | null;

/**
 * A CSV file in parts, as spreadsheets like it best: UTF-8 with its mark, a header, CRLF. A text with a separator of any
 * country or a line end is quoted, and one that a spreadsheet would take for a formula has an apostrophe before it
 * (`withoutFormula`). `note` receives how many rows went out, before the file ends; also when its reader leaves early.
 */
export async function* csvParts<Row>(
  columns: CsvColumns<Row>,
  chunks: AsyncIterable<Row[]>,
  note: (rows: number) => Promise<void>,
): AsyncGenerator<string> {
  const cells = Object.values(columns);
  let rows = 0;
  try {
    yield `\ufeff${lineOf(Object.keys(columns))}`;
    for await (const chunk of chunks) {
      rows += chunk.length;
      yield chunk.map((row) => lineOf(cells.map((cell) => cell(row)))).join('');
    }
  } finally {
    await note(rows);
  }
}

/** A CSV file called `name`, with today's date behind. */
export const csvNamed = (name: string) => ({
  name: `${name}-${new Date().toISOString().slice(0, 'yyyy-mm-dd'.length)}.csv`,
  type: 'text/csv; charset=utf-8',
});

/** One function instead of a library: those make an object of each cell, and an export has millions. */
const lineOf = (cells: Cell[]): string => `${cells.map(format).join()}\r\n`;

function format(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  const text = withoutFormula(cell);
  return SPLITS.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Comma, quote, semicolons, tabs, line feeds and carriage returns, other blanks and control characters. */
const SPLITS = /[,";\p{C}]|[^\S ]/u;

/**
 * The text as a cell that no spreadsheet computes. One that begins with a formula character gets an apostrophe before
 * it, and so does one that begins with apostrophes and then such a character: so a program that reads the file takes one off
 * where `/^'+[formula character]/` matches, and has the text again. Lone surrogates become U+FFFD, as UTF-8 has none.
 */
export function withoutFormula(text: string): string {
  return `${FORMULA.test(text) ? "'" : ''}${text.toWellFormed()}`;
}

/** `=`, `+`, `-`, `@`, their full-width forms, and the blanks that spreadsheets skip before them. */
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
