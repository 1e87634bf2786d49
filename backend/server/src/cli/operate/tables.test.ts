import { escapeAllButColours, escapeControls, printableJson } from '@job-manager/shared/terminal-text';
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

it('writes nothing that a terminal obeys or that turns letters around, but colours of ours', () => {
  const hostile = 'a\x1b]0;t\x07\x1b[2J\x9b1A\x7f\r\b\u202egpj\u2066\tb\n';
  const obeyed = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u;
  expect(escapeControls(hostile)).not.toMatch(obeyed);
  expect(escapeControls('x\u202egpj')).toBe('x\\u202egpj');
  expect(JSON.parse(printableJson({ hostile }))).toEqual({ hostile });
  expect(printableJson({ hostile }, 2)).not.toMatch(obeyed);
  const ours = escapeAllButColours(`\x1b[31mred\x1b[39m\n${hostile}`);
  expect(ours).toContain('\x1b[31mred\x1b[39m\na\\x1b]0;t\\x07\\x1b[2J');
  expect(escapeAllButColours(hostile)).not.toMatch(obeyed);
});
