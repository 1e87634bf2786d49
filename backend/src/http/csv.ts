import { stringify } from 'csv-stringify/sync';

/** Rows in one file: what a spreadsheet still opens with ease. */
export const MOST_CSV_ROWS = 50_000;

/** The columns of a CSV file, by name: how each cell is read from a row. */
export type CsvColumns<Row> = Record<string, (row: Row) => string | number | null>;

/**
 * A CSV file named `name` with today's date behind, as spreadsheets like it best: UTF-8 with its mark, a header, CRLF.
 * Cells that a spreadsheet would take for a formula are made plain text. Returns how many rows it holds, too.
 */
export async function csvFile<Row>(
  name: string,
  columns: CsvColumns<Row>,
  chunks: AsyncIterable<Row[]>,
): Promise<{ file: File; rows: number }> {
  const parts = [stringifyRows([Object.keys(columns)], true)];
  let rows = 0;
  for await (const chunk of chunks) {
    parts.push(stringifyRows(chunk.map((row) => Object.values(columns).map((cell) => cell(row)))));
    rows += chunk.length;
  }
  const today = new Date().toISOString().slice(0, 'yyyy-mm-dd'.length);
  return { file: new File(parts, `${name}-${today}.csv`, { type: 'text/csv; charset=utf-8' }), rows };
}

const stringifyRows = (rows: unknown[][], bom = false): string =>
  stringify(rows, { bom, escape_formulas: true, record_delimiter: 'windows' });
