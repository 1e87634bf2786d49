import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const sources = import.meta.glob<string>(['../**/*.tsx', '!../**/*.test.tsx'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const SHEETS = resolve(import.meta.dirname, '../../node_modules/@mantine/core/styles');

/** Names of Mantine components that the product uses and that have a sheet of their own. */
function usedSheets(): string[] {
  const imports = Object.values(sources).flatMap((source) =>
    [...source.matchAll(/import \{([^}]*)\} from '@mantine\/core'/g)].map(([, names]) => names ?? ''),
  );
  const names = imports.flatMap((list) => list.split(',').map((name) => name.trim()));
  return [...new Set(names)].filter((name) => name !== '' && existsSync(`${SHEETS}/${name}.layer.css`));
}

test('every Mantine component in use has its sheet', () => {
  const imported = readFileSync(resolve(import.meta.dirname, 'mantine-styles.ts'), 'utf8');
  const used = usedSheets();
  expect(used.length).toBeGreaterThan(10);
  expect(used.filter((name) => !imported.includes(`/${name}.layer.css`))).toEqual([]);
});
