import { stripVTControlCharacters } from 'node:util';
import { expect, it, vi } from 'vitest';
import { complain, printLine } from './terminal.js';

it.each([
  ['printLine', printLine, 'log'],
  ['complain', complain, 'error'],
] as const)('%s shows control characters of others and obeys none, but for colours', (_name, write, method) => {
  const written = vi.spyOn(console, method).mockImplementation(() => {});
  write('\u001b[31mred\u001b[39m \u001b[2J \u001b]0;title\u0007 \u009b5m a\rb \u202eright');
  const [text = ''] = written.mock.calls[0] ?? [];
  written.mockRestore();
  const red = '\u001b[31mred\u001b[39m';
  expect(text.startsWith(`${red} `)).toBe(true);
  expect(text.slice(red.length)).toMatch(/^\P{C}*$/u);
  expect(stripVTControlCharacters(text)).toMatch(/^red .*right$/);
});
