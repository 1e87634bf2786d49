import { readConfig } from '@job-manager/engine/config';
import { Refusal } from '@job-manager/server/cli/refusal';
import { printLine } from '@job-manager/server/cli/terminal';
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { NotEmptyError, type SeedSummary, seedSampleData } from '../../prisma/seed/seed.js';
import { type OpenDatabase, withDatabase } from './database.js';

interface Options {
  users: number;
  seed: number;
  until?: Date;
  remove?: boolean;
}

/** The command that fills an empty database with the sample network and its runs, or removes the runs. Throws Refusal where there is data already. */
export const createSeedProgram = (): Command =>
  new Command('db:seed')
    .description('Fills an empty database and the media folder with a sample network, and with runs of 14 days.')
    .addOption(new Option('--users <count>', 'members, 2 to 10000').default(1_000).argParser(wholeNumber(2, 10_000)))
    .addOption(new Option('--seed <number>', 'the same seed gives the same data').default(42).argParser(wholeNumber(0)))
    .option('--until <yyyy-mm-dd>', 'day on which the 90 days of activity end, in UTC (default: today)', day)
    .option('--remove', 'remove the sample runs, schedules and channels instead; the network stays')
    .showHelpAfterError('Try --help.')
    .action(seed);

async function seed({ users, seed, until: now, remove }: Options): Promise<void> {
  const config = readConfig();
  if (remove) return withDatabase(config, ({ pool }) => removeSample(pool));
  await withDatabase(config, async ({ ownerUrl }) => {
    const { createPool } = await import('@job-manager/engine/database/client');
    const started = performance.now();
    const pool = createPool(ownerUrl);
    const onProgress = (phase: string) => printLine(pc.dim(`${phase} …`));
    try {
      const summary = await seedSampleData({ pool, mediaDir: config.MEDIA_DIR, users, seed, now, onProgress });
      report(summary, (performance.now() - started) / 1_000);
    } catch (error) {
      throw error instanceof NotEmptyError ? new Refusal(error.message) : error;
    } finally {
      await pool.end();
    }
  });
}

async function removeSample(pool: OpenDatabase['pool']): Promise<void> {
  const { removeHistory } = await import('../../prisma/seed/history/remove-history.js');
  const { removed, kept } = await removeHistory(pool);
  const counts = Object.entries(removed).map(([what, count]) => `${count.toLocaleString('en')} ${what}`);
  printLine(`Removed ${counts.join(', ')} of the sample.`);
  if (kept.length > 0) printLine(`Kept, being changed or in use: ${kept.join(', ')}.`);
}

function report({ rows, media, drifted, runs }: SeedSummary, seconds: number): void {
  const width = Math.max(...Object.keys(rows).map((table) => table.length));
  for (const [table, count] of Object.entries(rows)) {
    printLine(`${table.padEnd(width)} ${count.toLocaleString('en').padStart(9)}`);
  }
  printLine(
    `${media.files} media files: ${media.corrupt} corrupt, ${media.orphans} without a row; ${media.missing} rows without a file.`,
  );
  printLine(`Counters are wrong on purpose in ${drifted.profiles} profiles and ${drifted.posts} posts.`);
  printLine(`${runs.toLocaleString('en')} runs of 14 days were invented; --remove removes them.`);
  printLine(pc.green(`Done in ${seconds.toFixed(1)} s.`));
}

function wholeNumber(least: number, most = 2 ** 31 - 1): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function day(value: string): Date {
  const date = new Date(`${value}T00:00:00Z`);
  // JavaScript takes the 31st of February for the 3rd of March.
  if (!Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === value) return date;
  throw new InvalidArgumentError('It must be a day such as 2026-03-01.');
}
