import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { batchRequest, type JobRunBatch } from '@job-manager/shared/contract/batches';
import { InexactNumberError, parseExactJson } from '@job-manager/shared/exact-json';
import type { Command } from 'commander';
import { Refusal } from '../refusal.js';
import { type Engine, type Output, withEngine } from './engine.js';
import { columns, facts, formatTime } from './tables.js';
import { checked, checkId } from './values.js';

/** Newest batches that a list shows. */
const LISTED = 50;

/** Commands about batches. */
export function addBatchCommands(program: Command): void {
  const batch = program.command('batch').description('many runs with one progress');

  batch
    .command('list', { isDefault: true })
    .description(`the newest ${LISTED}`)
    .action((_options: object, command: Command) => withEngine(command, list));

  batch
    .command('show <id>')
    .description('how far a batch is')
    .action((id: string, _options: object, command: Command) => withEngine(command, (engine) => show(engine, id)));

  batch
    .command('runs <id>')
    .description('the runs of a batch, 50 at a time')
    .option('--page <number>', 'which 50', Number, 1)
    .action((id: string, { page }: { page: number }, command: Command) =>
      withEngine(command, (engine) => showRuns(engine, id, page)),
    );

  batch
    .command('add <file>')
    .description(
      'queues the runs of a JSON file, all or none; its format is the body of POST admin/jobs/batches, - for standard input',
    )
    .action((file: string, _options: object, command: Command) => withEngine(command, (engine) => add(engine, file)));

  batch
    .command('cancel <id>')
    .description('cancels its queued runs and requests its running ones to stop')
    .action((id: string, _options: object, command: Command) =>
      withEngine(command, async (engine) => {
        await engine.queue.cancelBatch(checkId(id), engine.actor);
        return show(engine, id);
      }),
    );
}

async function list({ sql }: Engine): Promise<Output> {
  const { readBatches, presentBatch } = await reading();
  const found = (await readBatches(sql, { page: 1, pageSize: LISTED })).batches.map(presentBatch);
  const rows = found.map((one) => [
    `#${one.id}`,
    one.name,
    ended(one),
    formatTime(one.createdAt),
    formatTime(one.finishedAt),
  ]);
  const text = columns([['batch', 'name', 'ended', 'queued', 'finished'], ...rows]);
  return { json: { batches: found }, text: found.length === 0 ? 'There are no batches.' : text };
}

async function show({ sql }: Engine, id: string): Promise<Output> {
  const { readBatch, presentBatch } = await reading();
  const row = await readBatch(sql, checkId(id));
  if (!row) throw new Refusal(`There is no batch #${checkId(id)}.`);
  const batch = presentBatch(row);
  return { json: { batch }, text: describeBatch(batch) };
}

async function showRuns({ sql }: Engine, id: string, page: number): Promise<Output> {
  if (!Number.isInteger(page) || page < 1) throw new Refusal('--page is 1 or more.');
  const { readBatchRuns, presentSummary } = await reading();
  const { runs: rows, total } = await readBatchRuns(sql, checkId(id), { page, pageSize: LISTED });
  const runs = rows.map(presentSummary);
  const table = runs.map((run) => [`#${run.id}`, run.jobName, run.status, run.error ?? '']);
  const text = columns([['run', 'job', 'status', ''], ...table]);
  return {
    json: { runs, total, page, pageSize: LISTED },
    text: runs.length === 0 ? 'There are no such runs.' : text,
  };
}

function describeBatch(batch: JobRunBatch): string {
  const states = Object.entries(batch.counts).filter(([, count]) => count > 0);
  return [
    `#${batch.id} ${batch.name}`,
    facts([
      ['ended', ended(batch)],
      ['runs', states.map(([state, count]) => `${count} ${state}`).join(', ')],
      ['calls back', batch.callbackRunId && `run #${batch.callbackRunId}`],
      ['queued', formatTime(batch.createdAt)],
      ['finished', batch.finishedAt && formatTime(batch.finishedAt)],
    ]),
  ].join('\n');
}

const ended = ({ total, counts, progressPercent }: JobRunBatch): string =>
  `${total - counts.queued - counts.running} of ${total} (${Math.floor(progressPercent)} %)`;

async function add(engine: Engine, file: string): Promise<Output> {
  const request = checked(batchRequest, parsed(file, await (file === '-' ? text(process.stdin) : readText(file))));
  const { batchId, jobRunIds } = await engine.queue.enqueueBatch({ ...request, trigger: 'MANUAL' }, engine.actor);
  return {
    json: { batchId, jobRunIds },
    text: `Queued batch #${batchId}: ${jobRunIds.length} runs, from #${jobRunIds[0]} on.`,
  };
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new Refusal(`${file} can't be read: ${error.message}`);
  });
}

function parsed(file: string, content: string): unknown {
  try {
    return parseExactJson(content);
  } catch (error) {
    if (error instanceof InexactNumberError) throw new Refusal(`${file}: ${error.message}.`);
    throw new Refusal(`${file} is no JSON: ${(error as Error).message}`);
  }
}

async function reading() {
  const [store, present, presentRuns] = await Promise.all([
    import('@job-manager/engine/store/batches'),
    import('../../present/batch.js'),
    import('../../present/run.js'),
  ]);
  return { ...store, ...present, ...presentRuns };
}
