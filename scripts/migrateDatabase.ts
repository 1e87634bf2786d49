import '@job-manager/server/cli/check-node';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { type Config, readConfig } from '@job-manager/engine/config';
import type { SchemaFiles } from '@job-manager/engine/database/schema-diff';
import { Refusal, runCommand } from '@job-manager/server/cli/refusal';
import { say } from '@job-manager/server/cli/terminal';
import { Command } from 'commander';
import { type Database, migrateDatabase, withDatabase } from './lib/database.js';
import { ROOT } from './lib/repository.js';

interface Options {
  create?: string;
  from: string;
}

const program = new Command('db:migrate')
  .description('Applies the migrations that the database lacks.')
  .option('--create <name>', 'write a migration for what changed in prisma/schema, and apply nothing')
  .option('--from <commit>', 'with --create: the commit whose schema the migrations lead to', 'HEAD')
  .showHelpAfterError('Try --help.')
  .action((options: Options) => runCommand(() => (options.create ? create(options.create, options.from) : apply())));

await program.parseAsync();

async function apply(): Promise<void> {
  const applied = await withDatabase(readConfig(), migrateDatabase, { migrated: false });
  for (const name of applied) say(`Applied ${name}`);
  if (applied.length === 0) say('The database is up to date.');
}

async function create(title: string, commit: string): Promise<void> {
  const name = nameOf(title, new Date());
  const sql = await diff(readConfig(), await readCommittedSchema(commit));
  if (sql === '') throw new Refusal(`prisma/schema says the same as at ${commit}; there is nothing to migrate.`);
  const folder = join(ROOT, 'prisma/migrations', name);
  await mkdir(folder);
  await writeFile(join(folder, 'migration.sql'), sql);
  say(`Wrote prisma/migrations/${name}/migration.sql; read it, then apply it with pnpm db:migrate.`);
}

/** Prisma's form: time and words, so that names sort in the order of application. */
function nameOf(title: string, now: Date): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
  if (words === '') throw new Refusal('--create needs a name made of letters or digits.');
  return `${now.toISOString().replace(/\D/g, '').slice(0, 14)}_${words}`;
}

/** The engine wants a database to talk to, though it only compares the two schemas. */
function diff(config: Config, before: SchemaFiles): Promise<string> {
  const compare = async ({ ownerUrl }: Database) => {
    const { diffSchemas, readSchema } = await import('@job-manager/engine/database/schema-diff');
    return diffSchemas(ownerUrl, before, await readSchema());
  };
  return withDatabase(config, compare, { migrated: false });
}

async function readCommittedSchema(commit: string): Promise<SchemaFiles> {
  const listed = await git('ls-tree', '--name-only', '--end-of-options', commit, 'prisma/schema/');
  const paths = listed.split('\n').filter((path) => path.endsWith('.prisma'));
  return Promise.all(
    paths.map(async (path) => [basename(path), await git('show', `${commit}:${path}`)] as [string, string]),
  );
}

async function git(...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)('git', args, { cwd: ROOT })).stdout;
  } catch (error) {
    throw new Refusal(`The committed schema can't be read: ${(error as Error).message.trim().split('\n').at(-1)}`);
  }
}
