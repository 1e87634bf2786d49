import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import Papa from 'papaparse';
import { expect, it, vi } from 'vitest';
import { csvParts } from './csv.js';

const columns = { n: (row: number) => row };
const read = vi.fn();
async function* chunks() {
  for (let from = 1; from < 10; from += 2) {
    read();
    yield [from, from + 1];
  }
}

it('makes a file part by part, as they are read, and reports its length', async () => {
  const note = vi.fn(async () => {});
  const parts = csvParts(columns, chunks(), note);
  expect((await parts.next()).value).toBe('\ufeffn\r\n');
  expect((await parts.next()).value).toBe('1\r\n2\r\n');
  expect(read).toHaveBeenCalledTimes(1);
  for await (const part of parts) expect(part).toMatch(/^\d+\r\n\d+\r\n$/);
  expect(note.mock.calls).toEqual([[10]]);
});

it('reports how much was sent to a reader that left early', async () => {
  const note = vi.fn(async () => {});
  const parts = csvParts(columns, chunks(), note);
  await parts.next();
  await parts.next();
  await parts.return(undefined);
  expect(note.mock.calls).toEqual([[2]]);
});

async function fileOf(rows: string[][]): Promise<string> {
  const cells = { first: (row: string[]) => row[0] ?? '', second: (row: string[]) => row[1] ?? '' };
  const parts: string[] = [];
  const one = (async function* () {
    yield rows;
  })();
  for await (const part of csvParts(cells, one, async () => {})) parts.push(part);
  return parts.join('');
}

const parsers: [name: string, (file: string) => string[][]][] = [
  ['csv-parse', (file) => parse(file, { bom: true })],
  ['papaparse', (file) => Papa.parse<string[]>(file.replace(/^\ufeff/, ''), { skipEmptyLines: true }).data],
];
/** What the documentation recommends to readers of the file. */
const original = (cell: string) => cell.replace(/^'(?='*[=+\-@\t\r\n＝＋－＠])/, '');

it.each(parsers)('keeps every text in its cell, as %s reads it', async (_name, read) => {
  const pieces = [...'\n\r\t;,|"\'=+-@＝＋－＠\0\x1b\u202e é', '\r\n', '""', '\ud800', "=cmd|'/C calc'!A0", 'a;=1+1;b'];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 8 })
    .map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 }), async (rows) => {
      const [, ...found] = read(await fileOf([...rows, ['last', 'row']]));
      expect(found.pop()).toEqual(['last', 'row']);
      for (const [index, row] of rows.entries()) {
        expect(found[index]?.map(original)).toEqual(row.map((cell) => cell.toWellFormed()));
        for (const cell of found[index] ?? []) expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
      }
    }),
    { numRuns: 100 },
  );
});

it('quotes what spreadsheets of other countries would split', async () => {
  const lines = (await fileOf([['a;=1+1;b', 'x\t=1']])).split('\r\n');
  expect(lines[1]).toBe('"a;=1+1;b","x\t=1"');
});
