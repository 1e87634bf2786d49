import { stringify } from 'csv-stringify/sync';

/** Rows in one file: what a spreadsheet still opens with ease. */
export const MOST_CSV_ROWS = 50_000;

/** The columns of a CSV file, by name: how each cell is read from a row. */
export type CsvColumns<Row> = Record<string, (row: Row) => string | number | null>;

/**
 * A CSV file in parts, as spreadsheets like it best: UTF-8 with its mark, a header, CRLF. Cells that a spreadsheet would
 * take for a formula are made plain text. `note` is told how many rows went out, before the file ends; also when its
 * reader leaves early.
 */
export async function* csvParts<Row>(
  columns: CsvColumns<Row>,
  chunks: AsyncIterable<Row[]>,
  note: (rows: number) => Promise<void>,
): AsyncGenerator<string> {
  let rows = 0;
  try {
    yield stringifyRows([Object.keys(columns)], true);
    for await (const chunk of chunks) {
      rows += chunk.length;
      yield stringifyRows(chunk.map((row) => Object.values(columns).map((cell) => cell(row))));
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

const stringifyRows = (rows: unknown[][], bom = false): string =>
  stringify(rows, { bom, escape_formulas: true, record_delimiter: 'windows' });
