import '@job-manager/server/cli/check-node';
import { readConfig } from '@job-manager/engine/config';
import { runCommand } from '@job-manager/server/cli/refusal';
import { printLine } from '@job-manager/server/cli/terminal';
import { Command } from 'commander';
import { createMigration, SCHEMA_PLACES } from './lib/create-migration.js';
import { migrateDatabase, withDatabase } from './lib/database.js';
import { ROOT } from './lib/repository.js';

interface Options {
  create?: string;
  from: string;
  sample?: true;
}

const program = new Command('db:migrate')
  .description('Applies the migrations that the database lacks.')
  .option('--create <name>', 'write a migration for what changed in prisma/schema, and apply nothing')
  .option('--sample', 'with --create: for what changed in prisma/sample/schema instead')
  .option('--from <commit>', 'with --create: the commit whose schema the migrations lead to', 'HEAD')
  .showHelpAfterError('Try --help.')
  .action((options: Options) => runCommand(() => (options.create === undefined ? apply() : create(options))));

await program.parseAsync();

async function apply(): Promise<void> {
  const applied = await withDatabase(readConfig(), migrateDatabase, { migrated: false });
  for (const name of applied) printLine(`Applied ${name}`);
  if (applied.length === 0) printLine('The database is up to date.');
}

async function create({ create: title = '', from: commit, sample }: Options): Promise<void> {
  const place = SCHEMA_PLACES[sample ? 'sample' : 'engine'];
  const path = await withDatabase(
    readConfig(),
    ({ ownerUrl }) => createMigration({ title, commit, root: ROOT, place, databaseUrl: ownerUrl }),
    { migrated: false },
  );
  printLine(`Wrote ${path}; read it, then apply it with pnpm db:migrate.`);
}
