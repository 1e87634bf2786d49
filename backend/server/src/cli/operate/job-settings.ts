import { formatDuration } from '@job-manager/engine/store/format-duration';
import { type JobSettings, jobSettingsChange } from '@job-manager/shared/contract/job-overrides';
import type { Command } from 'commander';
import { type Engine, type Output, withEngine } from './engine.js';
import { describePause, type PauseOptions, pauseOf, withPauseOptions } from './pause-options.js';
import { columns } from './tables.js';
import { checked, readDuration } from './values.js';

interface SetOptions {
  channel?: string;
  priority?: string;
  maxAttempts?: string;
  timeout?: string;
  slowAfter?: string;
  stalledAfter?: string;
  onStalled?: string;
  autoForceFail?: string;
  keepDays?: string;
  critical?: string;
}

/** Commands about settings of jobs. */
export function addJobCommands(program: Command): void {
  const job = program.command('job').description('settings of jobs that override those in their code');

  job
    .command('list', { isDefault: true })
    .description('jobs of which anything was set, and those that are paused')
    .action((_options: object, command: Command) => withEngine(command, list));

  job
    .command('set <name>')
    .description('sets the named values for runs from then on; "code" restores the value of the code')
    .option('--channel <name>')
    .option('--priority <number>', 'lower runs first')
    .option('--max-attempts <number>')
    .option('--timeout <duration>', 'of an attempt, or "none"')
    .option('--slow-after <duration>', 'a run that takes longer is marked slow')
    .option('--stalled-after <duration>', 'silence of its runner after which a run is stalled')
    .option('--on-stalled <again|fail>', 'what becomes of stalled runs')
    .option('--auto-force-fail <duration>', 'fails a run that goes on for so long after a cancel')
    .option('--keep-days <number>', 'how long finished runs are kept; 0 for ever')
    .option('--critical <yes|no>', 'marks a job of which every failure matters')
    .action((name: string, options: SetOptions, command: Command) =>
      withEngine(command, async (engine) => {
        await engine.queue.jobs.set(name, checked(jobSettingsChange, changeOf(options)), engine.actor);
        return list(engine);
      }),
    );

  job
    .command('reset <name>')
    .description('removes every setting; a pause stays')
    .action((name: string, _options: object, command: Command) =>
      withEngine(command, async (engine) => {
        await engine.queue.jobs.reset(name, engine.actor);
        return list(engine);
      }),
    );

  withPauseOptions(job.command('pause <name>').description('starts no run of it; running runs continue')).action(
    (name: string, options: PauseOptions, command: Command) =>
      withEngine(command, async (engine) => {
        await engine.queue.jobs.pause(name, pauseOf(options), engine.actor);
        return list(engine);
      }),
  );

  job
    .command('resume <name>')
    .description('goes on with it')
    .action((name: string, _options: object, command: Command) =>
      withEngine(command, async (engine) => {
        await engine.queue.jobs.resume(name, engine.actor);
        return list(engine);
      }),
    );
}

function changeOf(options: SetOptions): Record<string, unknown> {
  const { channel, priority, maxAttempts, timeout, slowAfter, critical } = options;
  const { stalledAfter, onStalled, autoForceFail, keepDays } = options;
  const named = {
    channel: readSetting(channel, String),
    priority: readSetting(priority, Number),
    maxAttempts: readSetting(maxAttempts, Number),
    timeoutMs: readSetting(timeout, (text) => (text === 'none' ? 0 : readDuration(text))),
    slowAfterMs: readSetting(slowAfter, readDuration),
    stalledAfterMs: readSetting(stalledAfter, readDuration),
    onStalled: readSetting(onStalled, String),
    autoForceFailAfterMs: readSetting(autoForceFail, readDuration),
    keepDays: readSetting(keepDays, Number),
    isCritical: critical === undefined ? undefined : critical === 'yes',
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

const readSetting = <Value>(text: string | undefined, read: (text: string) => Value): Value | null | undefined =>
  text === undefined ? undefined : text === 'code' ? null : read(text);

async function list({ queue }: Engine): Promise<Output> {
  const { presentJobSettings } = await import('../../present/job-settings.js');
  const settings = (await queue.jobs.list()).map(presentJobSettings);
  const rows = settings.map((each) => [each.jobName, describeSettings(each), describePause(each.paused)]);
  return { json: { settings }, text: columns([['job', 'set', ''], ...rows]) };
}

function describeSettings(settings: JobSettings): string {
  const { channel, priority, maxAttempts, retry, timeoutMs, slowAfterMs, isCritical } = settings;
  const { stalledAfterMs, onStalled, autoForceFailAfterMs, keepDays } = settings;
  const parts = [
    isCritical && 'critical',
    channel !== null && `channel ${channel}`,
    priority !== null && `priority ${priority}`,
    maxAttempts !== null && `${maxAttempts} attempts`,
    retry !== null && `first retry within ${formatDuration(retry.backoffMs)}`,
    timeoutMs !== null && (timeoutMs === 0 ? 'no timeout' : `timeout ${formatDuration(timeoutMs)}`),
    slowAfterMs !== null && `slow after ${formatDuration(slowAfterMs)}`,
    stalledAfterMs !== null && `stalled after ${formatDuration(stalledAfterMs)}`,
    onStalled !== null && (onStalled === 'fail' ? 'stalled runs fail' : 'stalled runs run again'),
    autoForceFailAfterMs !== null && `force-failed ${formatDuration(autoForceFailAfterMs)} after a cancel`,
    keepDays !== null && (keepDays === 0 ? 'runs kept for ever' : `runs kept ${keepDays} days`),
  ];
  return parts.filter(Boolean).join(', ') || '–';
}
