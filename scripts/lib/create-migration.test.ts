import { execFileSync } from 'node:child_process';
import { appendFile, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMigration, SCHEMA_PLACES } from './create-migration.js';
import { ROOT } from './repository.js';

let root: string;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  root = await mkdtemp(join(tmpdir(), 'job-manager-clone-'));
  await cp(join(ROOT, 'prisma'), join(root, 'prisma'), { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd: root });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'Begin');
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
  await database.drop();
});

describe.each(Object.values(SCHEMA_PLACES))('a migration for the schema in %s', (place) => {
  const create = (title: string, commit = 'HEAD') =>
    createMigration({ title, commit, root, place, databaseUrl: database.url });

  it('is not written where nothing changed', async () => {
    await expect(create('Nothing')).rejects.toThrow(`${place}/schema is the same as at HEAD`);
    await expect(create('Nothing', 'nowhere')).rejects.toThrow("The committed schema can't be read");
    await expect(create('…')).rejects.toThrow('a name made of letters or digits');
  });

  it('has what changed, and comes after all others', async () => {
    const newest = (await readdir(join(root, place, 'migrations')))
      .filter((name) => /^\d/.test(name))
      .sort()
      .at(-1);
    await appendFile(join(root, place, 'schema/base.prisma'), '\nmodel Extra {\n  id Int @id\n}\n');
    const path = await create('A table, for now');
    expect(path).toMatch(new RegExp(`^${place}/migrations/\\d{14}_a_table_for_now/migration\\.sql$`));
    expect((path.split('/').at(-2) ?? '') > (newest ?? '')).toBe(true);
    const sql = await readFile(join(root, path), 'utf8');
    expect(sql.match(/CREATE TABLE "\w+"/g)).toEqual(['CREATE TABLE "Extra"']);
  });
});
