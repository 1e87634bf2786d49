import { expect, it } from 'vitest';
import { columns, facts } from './tables.js';

it('shows the control characters of old rows, and obeys none', () => {
  expect(
    columns([
      ['name', 'error'],
      ['a', 'red\x1b[31m\nnext'],
    ]),
  ).toBe('name  error\na     red\\x1b[31m next');
  const paint = (text: string) => `<${text}>`;
  expect(
    facts([
      ['error', 'a\x1b]52;c;x\x07\nb\u009b2J', paint],
      ['none', null],
    ]),
  ).toBe('  error  <a\\x1b]52;c;x\\x07\n         b\\x9b2J>');
});
