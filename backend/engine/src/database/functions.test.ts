import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { migrate, printMigrations } from './migrate.js';
import { migrationNames, readFunctions, readMigration } from './migration-files.js';

const NEXT = '99990101000000_next';

/** A version with one migration more, which changes nothing by itself. */
vi.mock('./migration-files.js', async (importOriginal) => {
  const files = await importOriginal<typeof import('./migration-files.js')>();
  return {
    ...files,
    migrationNames: () => [...files.migrationNames(), NEXT],
    readMigration: (name: string) =>
      name === NEXT ? { name, script: '-- Nothing', checksum: 'none' } : files.readMigration(name),
  };
});

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const [first] = readFunctions();
const bodyOf = (script: string): string => /\$(\w*)\$(.*)\$\1\$/s.exec(script)?.[2] ?? '';
const nameOf = (script: string): string => /^CREATE OR REPLACE FUNCTION "?(\w+)/m.exec(script)?.[1] ?? '';

async function bodies(): Promise<Record<string, string>> {
  const { rows } = await database.pool.query<{ name: string; body: string }>(
    `SELECT proname AS name, prosrc AS body FROM pg_proc WHERE pronamespace = 'public'::regnamespace`,
  );
  return Object.fromEntries(rows.map(({ name, body }) => [name, body]));
}

const spoil = (name: string) =>
  database.pool.query(
    `UPDATE pg_proc SET prosrc = 'spoilt' WHERE proname = $1 AND pronamespace = 'public'::regnamespace`,
    [name],
  );

it('each file has the function that it is named after, as the database has it', async () => {
  const found = await bodies();
  expect(Object.keys(found).sort()).toEqual(
    readFunctions()
      .map(({ name }) => name)
      .sort(),
  );
  for (const { name, script } of readFunctions()) {
    expect(nameOf(script)).toBe(name);
    expect(found[name], name).toBe(bodyOf(script));
  }
});

it('comes anew with the newest migration, its search path pinned, and is left alone where nothing is to be applied', async () => {
  const { name = '', script = '' } = first ?? {};
  await spoil(name);
  const printed = await printMigrations(database.url);
  expect(printed.match(/^CREATE OR REPLACE FUNCTION/gm)?.length).toBe(readFunctions().length);
  expect(await migrate(database.url)).toEqual([NEXT]);
  expect((await bodies())[name]).toBe(bodyOf(script));
  const { rows } = await database.pool.query(
    `SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND coalesce(proconfig::text, '') NOT LIKE '%search_path=%'`,
  );
  expect(rows).toEqual([]);
  await spoil(name);
  expect(await migrate(database.url)).toEqual([]);
  expect((await bodies())[name]).toBe('spoilt');
});

/** The last migration before functions had files; later ones leave to the files what these have. */
const LAST_WITH_FUNCTIONS = '20261202160500';

it('no later migration has another text of a function that has a file', () => {
  const named = readFunctions().map(({ name }) => name);
  for (const migration of migrationNames().filter((name) => name > LAST_WITH_FUNCTIONS)) {
    const made = [...readMigration(migration).script.matchAll(/CREATE OR REPLACE FUNCTION "?(\w+)/g)];
    expect(
      made.filter(([, name = '']) => named.includes(name)).map(([, name]) => name),
      migration,
    ).toEqual([]);
  }
});
