import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { SchemaFiles } from '@job-manager/engine/database/schema-diff';
import { Refusal } from '@job-manager/server/cli/refusal';

/** Folders with a schema and its migrations: that of Job Manager, and that of the sample network. */
export const SCHEMA_PLACES = { engine: 'prisma', sample: 'prisma/sample' } as const;

interface NewMigration {
  title: string;
  /** Of a clone. */
  root: string;
  place: string;
  /** The commit whose schema the migrations lead to. */
  commit: string;
  /** Any PostgreSQL: Prisma's engine wants one to talk to, though it only compares two schemas. */
  databaseUrl: string;
}

/**
 * Writes a migration for what changed in a schema since a commit, applies nothing, and returns its path from the root.
 * Throws Refusal where nothing changed, or the commit can't be read.
 */
export async function createMigration({ title, root, place, commit, databaseUrl }: NewMigration): Promise<string> {
  const words = wordsOf(title);
  const { diffSchemas, readSchema } = await import('@job-manager/engine/database/schema-diff');
  const before = await readCommittedSchema(root, commit, place);
  const sql = await diffSchemas(databaseUrl, before, await readSchema(join(root, place, 'schema')));
  if (sql === '') throw new Refusal(`${place}/schema is the same as at ${commit}; there is nothing to migrate.`);
  const folder = join(place, 'migrations', `${await nextStamp(join(root, place, 'migrations'))}_${words}`);
  await mkdir(join(root, folder));
  await writeFile(join(root, folder, 'migration.sql'), sql);
  return join(folder, 'migration.sql');
}

function wordsOf(title: string): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
  if (words === '') throw new Refusal('--create needs a name made of letters or digits.');
  return words;
}

/**
 * Now, as Prisma writes it, but after the newest in any case: names sort in the order of application, and functions are
 * created again with the last.
 */
async function nextStamp(folder: string): Promise<string> {
  const stamps = (await readdir(folder)).map((name) => Number(/^(\d{14})_/.exec(name)?.[1] ?? 0));
  const now = Number(new Date().toISOString().replace(/\D/g, '').slice(0, 14));
  return String(Math.max(now, ...stamps.map((stamp) => stamp + 1)));
}

async function readCommittedSchema(root: string, commit: string, place: string): Promise<SchemaFiles> {
  const listed = await git(root, 'ls-tree', '--name-only', '--end-of-options', commit, `${place}/schema/`);
  const paths = listed.split('\n').filter((path) => path.endsWith('.prisma'));
  return Promise.all(
    paths.map(async (path) => [basename(path), await git(root, 'show', `${commit}:${path}`)] as [string, string]),
  );
}

async function git(root: string, ...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)('git', args, { cwd: root })).stdout;
  } catch (error) {
    throw new Refusal(`The committed schema can't be read: ${(error as Error).message.trim().split('\n').at(-1)}`);
  }
}
