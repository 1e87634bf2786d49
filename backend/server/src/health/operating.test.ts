import { readFileSync } from 'node:fs';
import { type Permission, permissions, permissionsOf, tokenPermissions } from '@job-manager/shared/permissions';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const handbook = read('../../../../OPERATING.md');

it('the handbook explains every reason that health can give', () => {
  const codes = [...read('./judge.ts').matchAll(/(?:warning|critical)\('([A-Z_]+)'/g)].map((match) => String(match[1]));
  expect(codes.length).toBeGreaterThan(10);
  const lacking = codes.filter(
    (code) => !handbook.includes(`\`${code}\``) && !handbook.includes(`\`${suffixOf(code)}\``),
  );
  expect(lacking).toEqual([]);
});

/** A row may name the second of two as `_SLOW` alone. */
const suffixOf = (code: string) => `_${code.split('_').at(-1)}`;

it('the handbook gives each role what the server gives it', () => {
  const table = handbook.slice(handbook.indexOf('| | USER |')).split('\n\n', 1)[0] ?? '';
  const stated = new Map<string, boolean[]>();
  for (const row of table.split('\n').slice(2)) {
    const [, names = '', , ...columns] = row.split('|').slice(0, -1);
    for (const [, name = ''] of names.matchAll(/`(\w+)`/g)) {
      stated.set(
        name,
        columns.map((column) => column.trim() !== ''),
      );
    }
  }
  const isIn = (list: readonly Permission[], name: string) => list.includes(name as Permission);
  const given = Object.keys(permissions).map((name) => [
    name,
    [isIn(permissionsOf.ADMIN, name), isIn(permissionsOf.SUPER_ADMIN, name), isIn(tokenPermissions, name)],
  ]);
  expect(Object.fromEntries(stated)).toEqual(Object.fromEntries(given));
});
