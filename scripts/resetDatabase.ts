import '@job-manager/server/cli/check-node';
import { rm } from 'node:fs/promises';
import { type Config, readConfig } from '@job-manager/engine/config';
import { DEFAULT_SCHEMA } from '@job-manager/engine/database/schema';
import { Refusal, runCommand } from '@job-manager/server/cli/refusal';
import { complain, printLine } from '@job-manager/server/cli/terminal';
import { Command } from 'commander';
import { migrateDatabase, type OpenDatabase, withDatabase } from './lib/database.js';
import { findInstance } from './lib/instance.js';

interface Options {
  yes?: boolean;
  seed?: boolean;
}

/** A media folder named by MEDIA_DIR may hold more than ours. */
const ownsMedia = !process.env.MEDIA_DIR;

const program = new Command('db:reset')
  .description('Deletes everything in the database and creates it again, after a question.')
  .option('--yes', 'skip the question')
  .option('--seed', 'fill it with the sample network afterwards')
  .showHelpAfterError('Try --help.')
  .action((options: Options) => runCommand(() => reset(options)));

await program.parseAsync();

async function reset({ yes = false, seed = false }: Options): Promise<void> {
  const config = readConfig();
  if (!config.DATABASE_URL) await refuseBesideServer(config);
  if (!yes && !(await isConfirmed(config))) return printLine('Nothing was changed.');
  await withDatabase(config, (database) => renew(database, config, seed), { migrated: false, asOwner: true });
  printLine(seed ? 'The database is new and holds the sample network.' : 'The database is new and empty.');
}

async function renew(database: OpenDatabase, config: Config, seed: boolean): Promise<void> {
  await recreate(database, config.DATABASE_SCHEMA);
  if (ownsMedia) await rm(config.MEDIA_DIR, { recursive: true, force: true });
  if (seed) await fill(database, config);
}

async function refuseBesideServer(config: Config): Promise<void> {
  const server = await findInstance(config.DATA_DIR);
  if (server) throw new Refusal(`A server uses this database (process ${server.pid}); stop it first.`);
}

async function isConfirmed(config: Config): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Refusal('There is no terminal for the question; add --yes to delete everything.');
  const media = ownsMedia ? ` and the files in ${config.MEDIA_DIR}` : '';
  const message = `Delete all accounts, runs and data in ${nameOf(config)}${media}?`;
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message, initialValue: false });
  return !isCancel(answer) && answer;
}

/** Host and name of the database; its URL would show the password. */
function nameOf({ DATABASE_URL, DATABASE_SCHEMA, DATA_DIR }: Config): string {
  if (!DATABASE_URL) return `the embedded database of ${DATA_DIR}`;
  const { host, pathname } = new URL(DATABASE_URL);
  const part = DATABASE_SCHEMA === DEFAULT_SCHEMA ? '' : `the schema ${DATABASE_SCHEMA} of `;
  return `${part}${pathname.slice(1)} on ${host}`;
}

async function recreate(database: OpenDatabase, schema: string): Promise<void> {
  const { pool } = database;
  const { rows } = await pool.query<{ others: number }>(
    `SELECT count(*)::int AS others FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  const others = rows[0]?.others ?? 0;
  if (others > 0) throw new Refusal(`The database is in use (${others} connections); stop servers and workers first.`);
  // Throws where a schema of that name belongs to another application.
  const { migrateSample, SAMPLE_SCHEMA } = await import('@job-manager/sample/sample-database');
  await migrateSample(database.ownerUrl);
  await pool.query(`DROP SCHEMA IF EXISTS ${schema}, ${SAMPLE_SCHEMA} CASCADE; CREATE SCHEMA ${schema}`);
  await migrateDatabase(database);
}

async function fill({ pool }: OpenDatabase, config: Config): Promise<void> {
  const { seedSampleData } = await import('../prisma/seed/seed.js');
  await seedSampleData({ pool, mediaDir: config.MEDIA_DIR, onProgress: (phase) => complain(`${phase} …`) });
}
