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

it('makes a file part by part, as they are asked for, and tells how long it became', async () => {
  const note = vi.fn(async () => {});
  const parts = csvParts(columns, chunks(), note);
  expect((await parts.next()).value).toBe('\ufeffn\r\n');
  expect((await parts.next()).value).toBe('1\r\n2\r\n');
  expect(read).toHaveBeenCalledTimes(1);
  for await (const part of parts) expect(part).toMatch(/^\d+\r\n\d+\r\n$/);
  expect(note.mock.calls).toEqual([[10]]);
});

it('tells how much went out to a reader that left early', async () => {
  const note = vi.fn(async () => {});
  const parts = csvParts(columns, chunks(), note);
  await parts.next();
  await parts.next();
  await parts.return(undefined);
  expect(note.mock.calls).toEqual([[2]]);
});
