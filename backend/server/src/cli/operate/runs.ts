import { priority as prioritySchema } from '@job-manager/shared/contract/enqueue-options';
import type { JobRun, JobRunSummary } from '@job-manager/shared/contract/run';
import { type LookupHit, queueStates } from '@job-manager/shared/contract/run-lists';
import { uiStatus } from '@job-manager/shared/run';
import { printableJson } from '@job-manager/shared/terminal-text';
import { type Command, Option } from 'commander';
import { Refusal } from '../refusal.js';
import { describeRun } from './describe-run.js';
import { type Engine, type Output, withEngine } from './engine.js';
import { columns } from './tables.js';
import { checked, checkId, readDuration, readTime } from './values.js';

/** Commands about single runs. */
export function addRunCommands(program: Command): void {
  const run = program.command('run').description('single runs');

  run
    .command('show <id>')
    .description('everything about a run: why it waits, its attempts, what it waits for and who waits for it')
    .action((id: string, _options: object, command: Command) => withEngine(command, (engine) => show(engine, id)));

  run
    .command('find <text>')
    .description('runs, batches and schedules by number, correlation id, key or name')
    .action((text: string, _options: object, command: Command) => withEngine(command, (engine) => find(engine, text)));

  run
    .command('queue')
    .description('queued runs in the order in which they are claimed, 50 at a time, and why each waits')
    .option('--channel <name>', 'of one channel alone')
    .option('--job <name>', 'of one job alone')
    .addOption(
      new Option('--state <state>', 'whether they are due, or wait for their time or for others').choices(queueStates),
    )
    .option('--cursor <text>', 'goes on where the last answer of --json ended')
    .action((options: QueueOptions, command: Command) => withEngine(command, (engine) => queue(engine, options)));

  run
    .command('reveal <id>')
    .description('its parameters with the secrets in them; written to the audit log')
    .action((id: string, _options: object, command: Command) =>
      withEngine(command, async ({ sql, actor }) => {
        const { revealParameters } = await import('@job-manager/engine/queue/transitions/reveal');
        const parameters = await revealParameters(sql, checkId(id), actor);
        return { json: { parameters }, text: printableJson(parameters, 2) };
      }),
    );

  run
    .command('cancel <id>')
    .description('cancels a queued run, requests a running one to stop')
    .option('--graph', 'and all unfinished runs that it waits for or that wait for it')
    .action((id: string, { graph }: { graph?: boolean }, command: Command) =>
      withEngine(command, async (engine) => {
        const { queue, actor } = engine;
        await (graph ? queue.cancelGraph(checkId(id), actor) : queue.cancel(checkId(id), actor));
        return show(engine, id);
      }),
    );

  run
    .command('reschedule <id>')
    .description('makes a queued run due now, or at another time; with --priority alone leaves its time as it is')
    .option('--at <time>', 'such as 2026-12-24T18:00:00+01:00', readTime)
    .option('--in <duration>', 'such as 10m', readDuration)
    .option('--priority <number>', 'lower runs first, within the channel', Number)
    .action((id: string, options: { at?: Date; in?: number; priority?: number }, command: Command) =>
      withEngine(command, async (engine) => {
        const priority = checked(prioritySchema.optional(), options.priority);
        const at = timeOf(options);
        const runAt = at === null && priority !== undefined ? undefined : at;
        await engine.queue.reschedule(checkId(id), runAt, engine.actor, { priority });
        return show(engine, id);
      }),
    );

  run
    .command('force-fail <id>')
    .description('requests a running run to stop, and fails it when it continues')
    .option('--grace <duration>', 'time to stop by itself, such as 0 or 10s', readDuration)
    .option('--reason <text>')
    .action((id: string, { reason, grace }: { reason?: string; grace?: number }, command: Command) =>
      withEngine(command, async (engine) => {
        await engine.queue.forceFail(checkId(id), engine.actor, { reason, graceMs: grace });
        return show(engine, id);
      }),
    );

  program
    .command('check')
    .description('checks every run and reports which rules of the engine are broken, if any')
    .action((_options: object, command: Command) => withEngine(command, check));
}

async function show(engine: Engine, id: string): Promise<Output> {
  const run = await readPresented(engine, checkId(id));
  return { json: run, text: describeRun(run, uiStatus(run)) };
}

interface QueueOptions {
  channel?: string;
  job?: string;
  state?: (typeof queueStates)[number];
  cursor?: string;
}

async function queue({ sql, registry }: Engine, { job: jobName, ...filters }: QueueOptions): Promise<Output> {
  const [{ readQueuePage }, { hasCodeIn, presentQueuedRuns }, { HttpProblem }] = await Promise.all([
    import('../../http/queue-page.js'),
    import('../../http/present-queued.js'),
    import('../../http/problem.js'),
  ]);
  const page = await readQueuePage(sql, { jobName, ...filters, skip: 0 }).catch((error: unknown) => {
    throw error instanceof HttpProblem ? new Refusal(error.message) : error;
  });
  const runs = await presentQueuedRuns(sql, page.runs, hasCodeIn(registry));
  const rows = runs.map(({ id, jobName: name, channel, priority, waitDetail }) => [
    ...[`#${id}`, name, channel, String(priority), waitDetail ?? ''],
  ]);
  const more = page.cursor === null ? '' : '\nThere are more.';
  const text = columns([['run', 'job', 'channel', 'priority', 'waits'], ...rows]) + more;
  return { json: { runs, cursor: page.cursor }, text: runs.length === 0 ? `No run is queued.${more}` : text };
}

async function find({ sql }: Engine, text: string): Promise<Output> {
  const [{ lookUp }, { presentHits }] = await Promise.all([
    import('@job-manager/engine/store/lookup'),
    import('../../present/lookup.js'),
  ]);
  const hits = presentHits(text, await lookUp(sql, text));
  const table = columns([['found', '', 'what', ''], ...hits.flatMap(rowsOf)]);
  return { json: { hits }, text: hits.length === 0 ? 'Nothing has this number, correlation id, key or name.' : table };
}

function rowsOf(hit: LookupHit): string[][] {
  const runs = (by: string, ...found: JobRunSummary[]) =>
    found.map((run) => [by, `#${run.id}`, run.jobName, uiStatus(run)]);
  switch (hit.kind) {
    case 'run':
      return runs('number', hit.run);
    case 'key':
      return runs('key', hit.run);
    case 'correlation':
      return runs('correlation', ...hit.runs);
    case 'batch':
      return [['batch', `#${hit.batch.id}`, hit.batch.name, hit.batch.finishedAt === null ? 'open' : 'finished']];
    case 'schedule':
      return [['schedule', hit.schedule.name, hit.schedule.jobName, '']];
  }
}

async function readPresented({ sql, registry, redaction }: Engine, id: string): Promise<JobRun> {
  const [{ readRun }, { presentRun }, { hasCodeIn }] = await Promise.all([
    import('@job-manager/engine/store/run'),
    import('../../present/run.js'),
    import('../../http/present-queued.js'),
  ]);
  const row = await readRun(sql, id);
  if (row === null) throw new Refusal(`There is no run #${id}.`);
  return presentRun(row, redaction, hasCodeIn(registry));
}

async function check({ sql }: Engine): Promise<Output> {
  const [{ readViolations }, { readInstallation }, { readConfig }] = await Promise.all([
    import('@job-manager/engine/store/violations'),
    import('@job-manager/engine/database/installation'),
    import('@job-manager/engine/config'),
  ]);
  const client = await sql.connect();
  const { missing } = await readInstallation(client, readConfig().DATABASE_SCHEMA).finally(() => client.release());
  // Rules about missing objects could not be checked.
  if (missing.length > 0) {
    process.exitCode = 1;
    return { json: { missing }, text: `The database lacks what its migrations made: ${missing.join(', ')}` };
  }
  const violations = await readViolations(sql);
  const broken = Object.entries(violations);
  if (broken.length === 0) return { json: violations, text: 'All rules of the engine hold.' };
  process.exitCode = 1;
  return { json: violations, text: broken.map(([rule, count]) => `broken ${count} times: ${rule}`).join('\n') };
}

function timeOf(options: { at?: Date; in?: number }): Date | null {
  if (options.at !== undefined && options.in !== undefined) throw new Refusal('Either --at or --in, not both.');
  return options.in === undefined ? (options.at ?? null) : new Date(Date.now() + options.in);
}
