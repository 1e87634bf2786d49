#!/usr/bin/env node
import './check-node.js';
import { Command } from 'commander';
import { readSettings } from './database.js';
import { examine } from './doctor.js';
import { writeStart } from './init.js';
import { loadJobs } from './jobs-module.js';
import { wholeNumber } from './options.js';
import { runCommand } from './refusal.js';
import { printLine } from './terminal.js';

const JOBS = ['--jobs <file>', 'the compiled module that exports a list called jobs'] as const;

const program = new Command('job-manager')
  .description('Background jobs on PostgreSQL. Reads its settings, DATABASE_URL first of all, from the environment.')
  .showHelpAfterError('Try --help.');

program
  .command('init')
  .description(
    'Writes a list of jobs with a first one, and the lines that mount the panel, in the module format of this application.',
  )
  .option('--folder <folder>', 'where to; src/jobs where there is a folder src, else jobs, unless given')
  .action(({ folder }: { folder?: string }) => runCommand(() => writeStart(folder)));

program
  .command('migrate')
  .description(
    'Applies the migrations that the database lacks. Server and workers do so by themselves when they start.',
  )
  .option('--print', 'write them as SQL for the owner of the tables to apply, and apply nothing')
  .action(({ print }: { print?: true }) => runCommand(() => migrateDatabase(print === true)));

program
  .command('worker')
  .description('Executes queued runs of these jobs until it is stopped; start as many as you like, on any machine.')
  .requiredOption(...JOBS)
  .option('--concurrency <count>', 'runs at once (default: JOBS_CONCURRENCY, else 10)', wholeNumber(1, 1_000))
  .action(async ({ jobs, concurrency }: { jobs: string; concurrency?: number }) => {
    const { runWorker } = await import('./worker.js');
    await runWorker({ concurrency, loadJobs: () => loadJobs(jobs), openDatabase: openForWorker });
  });

program
  .command('serve')
  .description(
    'Serves the panel and the API with accounts of their own, and executes runs of the jobs that it is given.',
  )
  .option(...JOBS)
  .action(async ({ jobs }: { jobs?: string }) => {
    const { runServer } = await import('./serve.js');
    await runServer(jobs === undefined ? undefined : () => loadJobs(jobs));
  });

program
  .command('run')
  .usage('<job> [--parameter=value …] [options]')
  .description(
    'Runs a job here and now, as a run that the panel shows live, or with --enqueue leaves it to a worker; see run --help.',
  )
  .allowUnknownOption()
  .allowExcessArguments()
  .helpOption(false)
  .action(async () => {
    const [{ runJobCommand }, { packageRun }] = await Promise.all([
      import('./run-job/run-job.js'),
      import('./package-sources.js'),
    ]);
    await runJobCommand(...packageRun(process.argv.slice(3)));
  });

program
  .command('list')
  .description('Shows the jobs of the file, or without one those that processes with their code have declared.')
  .option(...JOBS)
  .option('--json', 'write each as the API describes it, on a line')
  .action(async ({ jobs, json }: { jobs?: string; json?: true }) => {
    const [{ runJobCommand }, { packageRun }] = await Promise.all([
      import('./run-job/run-job.js'),
      import('./package-sources.js'),
    ]);
    const args = ['--list', ...(json ? ['--json'] : []), ...(jobs === undefined ? [] : [`--jobs=${jobs}`])];
    await runJobCommand(...packageRun(args));
  });

program
  .command('show <run>')
  .description('Shows everything about a run, as jobs run show does.')
  .option('--json', 'write what the API would answer')
  .action((run: string, { json }: { json?: true }) => operate(['run', 'show', run, ...(json ? ['--json'] : [])]));

program
  .command('jobs')
  .usage('<command> [options]')
  .description(
    'Shows and steers runs, runners, channels, jobs, schedules, batches and alerts; jobs --help lists its commands.',
  )
  .allowUnknownOption()
  .allowExcessArguments()
  .helpOption(false)
  .action(() => operate(process.argv.slice(3)));

program
  .command('doctor')
  .description('Checks what Job Manager needs of its database, and reports what is wrong. Changes nothing.')
  .action(() =>
    runCommand(async () => {
      if (!(await examine())) process.exitCode = 1;
    }),
  );

await program.parseAsync();

/** Its commands are loaded where they are used: a worker needs none of them. */
async function operate(args: string[]): Promise<void> {
  const [{ createJobsProgram }, { packageEngine }] = await Promise.all([
    import('./operate/program.js'),
    import('./package-sources.js'),
  ]);
  await createJobsProgram(packageEngine).parseAsync(args, { from: 'user' });
}

async function migrateDatabase(isPrinted: boolean): Promise<void> {
  const { config, databaseUrl } = readSettings();
  const { migrate, printMigrations } = await import('@job-manager/engine/database/migrate');
  if (isPrinted) {
    process.stdout.write(await printMigrations(databaseUrl, config));
    return;
  }
  const applied = await migrate(databaseUrl, config);
  for (const name of applied) printLine(`Applied ${name}`);
  if (applied.length === 0) printLine('The database is up to date.');
}

/** A worker may well start before its database does: it waits, as it would later. */
async function openForWorker(
  ...[config, { log, signal }]: Parameters<import('./worker.js').WorkerCommand['openDatabase']>
): Promise<string> {
  const [{ awaitDatabase }, { migrate }] = await Promise.all([
    import('@job-manager/engine/database/await-database'),
    import('@job-manager/engine/database/migrate'),
  ]);
  const { databaseUrl } = readSettings();
  await awaitDatabase(() => migrate(databaseUrl, config), { log, waitMs: config.DATABASE_WAIT_MS, signal });
  return databaseUrl;
}
