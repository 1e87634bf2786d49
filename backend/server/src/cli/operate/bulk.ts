import type { BulkOperation, BulkPreview, BulkRequest } from '@job-manager/shared/contract/bulk';
import { bulkRequest } from '@job-manager/shared/contract/bulk';
import type { Command } from 'commander';
import { Refusal } from '../refusal.js';
import { type Engine, type Output, withEngine } from './engine.js';
import { columns, facts, formatTime } from './tables.js';
import { checked, checkId, readDuration } from './values.js';

interface Options {
  job?: string;
  channel?: string;
  state?: string;
  status?: string;
  cause?: string;
  from?: string;
  to?: string;
  stopping?: boolean;
  grace?: number;
  reason?: string;
  yes?: boolean;
}

/** Commands about acts on many runs. */
export function addBulkCommands(program: Command): void {
  const bulk = program
    .command('bulk')
    .description('acts on many runs: without --yes each shows what it would touch; servers and workers do the work');

  bulk
    .command('list', { isDefault: true })
    .description('the newest 50 operations')
    .action((_options: object, command: Command) => withEngine(command, list));

  bulk
    .command('show <id>')
    .description('how far an operation is')
    .action((id: string, _options: object, command: Command) => withEngine(command, (engine) => show(engine, id)));

  bulk
    .command('abort <id>')
    .description('stops an operation after its current step; changes made so far stay')
    .action((id: string, _options: object, command: Command) =>
      withEngine(command, async (engine) => {
        await engine.queue.bulk.abort(checkId(id), engine.actor);
        return show(engine, id);
      }),
    );

  withActs(bulk.command('rerun').description('queues ended runs again, as one batch'), 'rerun')
    .option('--status <status>', 'SUCCESS, FAILED or CANCELLED')
    .option('--cause <fingerprint>', 'failed of this cause')
    .option('--from <time>', 'ended at this time or later')
    .option('--to <time>', 'ended before this time');
  withActs(bulk.command('cancel').description('cancels queued runs and requests running ones to stop'), 'cancel')
    .option('--channel <name>')
    .option('--state <state>', 'running, due, retrying, scheduled or blocked');
  withActs(bulk.command('purge').description('cancels all that waits in a channel'), 'purge').requiredOption(
    '--channel <name>',
  );
  withActs(
    bulk
      .command('force-fail')
      .description('requests running runs to stop, and fails those that still run after a grace period'),
    'forceFail',
  )
    .option('--channel <name>')
    .option('--stopping', 'only those that were requested to stop before')
    .option('--grace <duration>', 'time to stop by itself, such as 0 or 10s', readDuration);
}

const withActs = (command: Command, action: BulkRequest['action']): Command =>
  command
    .option('--job <name>', 'of one job alone')
    .option('--reason <text>', 'kept with the operation')
    .option('--yes', 'starts it')
    .action((options: Options, used: Command) => withEngine(used, (engine) => act(engine, action, options)));

async function act(engine: Engine, action: BulkRequest['action'], options: Options): Promise<Output> {
  const { job: jobName, reason, yes, grace: graceMs, stopping: isStopping, ...filter } = options;
  const request = checked(bulkRequest, { action, filter: { jobName, isStopping, ...filter }, graceMs, reason });
  const { presentBulkPreview, presentBulk } = await import('../../present/bulk.js');
  if (request.filter?.cause !== undefined) {
    const { collectRecentCauses } = await import('@job-manager/engine/queue/maintenance/causes');
    await collectRecentCauses(engine.sql);
  }
  const actor = { ...engine.actor, trigger: 'MANUAL' as const };
  const preview = presentBulkPreview(request, await engine.queue.bulk.preview(request, actor), []);
  if (!yes || preview.total === 0) return { json: preview, text: describePreview(preview) };
  const operation = await engine.queue.bulk.begin(preview.token, engine.actor);
  if (operation === null) throw new Refusal('The preview is gone.');
  return describe(presentBulk(operation));
}

function describePreview({ total, isCut, byJob, cannot }: BulkPreview): string {
  const lines = [
    ...byJob.map(({ jobName, runs }) => [jobName, String(runs)]),
    ...cannot.map(({ reason, count }) => [`left alone: ${reason}`, String(count)]),
  ];
  const more = isCut ? ' More match than one operation takes.' : '';
  return `${columns([['would touch', 'runs'], ...lines])}\n${total} runs.${more}${total > 0 ? ' Add --yes to start it.' : ''}`;
}

async function list({ sql }: Engine): Promise<Output> {
  const [{ listBulk }, { presentBulk }] = await reading();
  const operations = (await listBulk(sql, undefined)).map(presentBulk);
  const rows = operations.map((one) => [
    ...[
      `#${one.id}`,
      one.action,
      one.state,
      `${one.done} of ${one.total}`,
      one.createdBy ?? '',
      formatTime(one.startedAt),
    ],
  ]);
  const text = columns([['operation', 'action', 'state', 'done', 'by', 'started'], ...rows]);
  return { json: { operations }, text: operations.length === 0 ? 'There are no operations.' : text };
}

async function show({ sql }: Engine, id: string): Promise<Output> {
  const [{ readBulk }, { presentBulk }] = await reading();
  const operation = await readBulk(sql, checkId(id));
  if (operation === null) throw new Refusal(`There is no operation #${id}.`);
  return describe(presentBulk(operation));
}

const reading = () => Promise.all([import('@job-manager/engine/store/bulk'), import('../../present/bulk.js')]);

function describe(operation: BulkOperation): Output {
  const { id, action, state, total, done, skipped, batchId, error } = operation;
  const text = facts([
    ['operation', `#${id}`],
    ['action', action],
    ['state', state],
    ['done', `${done} of ${total}, ${skipped} skipped`],
    ['batch', batchId && `#${batchId}`],
    ['error', error],
  ]);
  return { json: { operation }, text };
}
