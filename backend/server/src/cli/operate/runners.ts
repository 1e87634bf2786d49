import type { RunnerDetails } from '@job-manager/shared/contract/runners';
import {
  describeRunnerChange,
  type RunnerChange,
  type RunnerCommandKind,
  runnerChange,
  runnerLogLevels,
} from '@job-manager/shared/runner';
import type { Command } from 'commander';
import * as z from 'zod';
import { Refusal } from '../refusal.js';
import { type Engine, type Output, withEngine } from './engine.js';
import { columns, formatTime } from './tables.js';
import { checked } from './values.js';

interface ChangeOptions {
  concurrency?: string;
  channels?: string;
  logLevel?: string;
  paused?: string;
}

interface SetOptions extends ChangeOptions {
  all?: boolean;
  label?: string;
}

interface DefaultOptions extends ChangeOptions {
  remove?: boolean;
}

const ACTS = {
  drain: { kind: 'DRAIN', does: 'claims nothing more and lets its runs end; it can be resumed' },
  resume: { kind: 'RESUME', does: 'claims again' },
  stop: { kind: 'STOP', does: 'drains, releases the remaining runs and ends' },
  restart: { kind: 'RESTART', does: 'drains and starts again, one after the other where there are several' },
  ping: { kind: 'PING', does: 'shows that it takes commands' },
} as const satisfies Record<string, { kind: RunnerCommandKind; does: string }>;

/** Commands about runners. */
export function addRunnerCommands(program: Command): void {
  const runner = program.command('runner').description('processes that execute runs');

  runner
    .command('list', { isDefault: true })
    .description('runners that live, and those lost or stopped in the last 24 hours')
    .action((_options: object, command: Command) => withEngine(command, list));

  for (const [name, { kind, does }] of Object.entries(ACTS)) {
    runner
      .command(`${name} <runners...>`)
      .description(`${does}; named by host:pid or id`)
      .action((names: string[], _options: object, command: Command) =>
        withEngine(command, (engine) => send(engine, names, kind)),
      );
  }

  const set = runner
    .command('set [runners...]')
    .description('sets values until the runner ends; omitted ones stay')
    .option('--all', 'all runners that live')
    .option('--label <name=value>', 'those with this label, such as region=eu-west');
  withChange(set).action((names: string[], options: SetOptions, command: Command) =>
    withEngine(command, (engine) => setRunners(engine, names, options)),
  );

  const defaults = runner
    .command('default')
    .description('the settings that runners take over when they start; with options, replaces them')
    .option('--remove', 'have them start with their own settings again');
  withChange(defaults).action((options: DefaultOptions, command: Command) =>
    withEngine(command, (engine) => setOrShowDefault(engine, options)),
  );

  runner
    .command('cleanup')
    .description(CLEANUP)
    .option('--dry-run', 'only show them')
    .action(({ dryRun }: { dryRun?: boolean }, command: Command) =>
      withEngine(command, (engine) => cleanUp(engine, dryRun ?? false)),
    );

  runner
    .command('log <runner>')
    .description('warnings and errors that a runner logged in the last 24 hours, and what was followed in the panel')
    .option('--level <level>', 'error, warn, info or debug: this and worse', 'debug')
    .action((name: string, { level }: { level: string }, command: Command) =>
      withEngine(command, (engine) => showLog(engine, name, level)),
    );
}

const CLEANUP = 'removes runners that are lost or have stopped, after recovering their runs';

const withChange = (command: Command): Command =>
  command
    .option('--concurrency <number>', 'runs at once')
    .option('--channels <names>', 'the only channels that it serves, with commas between; "all" for all')
    .option('--log-level <level>', 'error, warn, info or debug')
    .option('--paused <on|off>', 'claim nothing more, or claim again');

const ON_OFF: Record<string, boolean> = { on: true, off: false };

function changeOf({ concurrency, channels, logLevel, paused }: ChangeOptions): RunnerChange {
  return checked(runnerChange, {
    ...(concurrency === undefined ? {} : { concurrency: Number(concurrency) }),
    ...(channels === undefined ? {} : { channels: channels === 'all' ? null : channels.split(',') }),
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(paused === undefined ? {} : { isPaused: ON_OFF[paused] ?? paused }),
  });
}

async function setRunners(engine: Engine, names: string[], { all, label, ...options }: SetOptions): Promise<Output> {
  const change = changeOf(options);
  if (!all && label === undefined) {
    if (names.length === 0) throw new Refusal('Name runners, or give --all or --label.');
    return send(engine, names, 'SET', change);
  }
  const living = (await readRunners(engine)).filter(({ kind, status }) => kind !== 'CLI' && isLiving(status));
  const chosen = living.filter(({ labels }) => label === undefined || hasLabel(labels, label));
  if (chosen.length === 0) throw new Refusal(label === undefined ? 'No runner lives.' : `No runner has ${label}.`);
  const ids = chosen.map(({ id }) => id);
  return send(engine, [...names, ...ids], 'SET', change);
}

const isLiving = (status: string): boolean => status === 'ACTIVE' || status === 'DRAINING';
const hasLabel = (labels: Record<string, string>, wanted: string): boolean =>
  Object.entries(labels).some(([name, value]) => `${name}=${value}` === wanted);

async function setOrShowDefault(engine: Engine, { remove, ...options }: DefaultOptions): Promise<Output> {
  const { runners } = engine.queue;
  const change = changeOf(options);
  const isSet = remove || Object.keys(change).length > 0;
  const row = isSet ? await runners.setDefaults(remove ? null : change, engine.actor) : await runners.defaults();
  const { presentRunnerDefaults } = await import('../../present/runner.js');
  const text = row.change === null ? 'Runners start with their own settings.' : describeDefault(row.change);
  return { json: presentRunnerDefaults(row), text };
}

async function cleanUp({ queue, actor }: Engine, isDryRun: boolean): Promise<Output> {
  const gone = await queue.runners.gone();
  const names = gone.map(({ name, status, runs }) => `${name}: ${status.toLowerCase()}, ${runs} runs in its name`);
  if (isDryRun || gone.length === 0)
    return { json: { runners: gone }, text: names.join('\n') || 'No runner is lost or has stopped.' };
  const done = await queue.runners.cleanUp(
    gone.map(({ id }) => id),
    actor,
  );
  const text = `Removed ${done.removed} of ${gone.length} runners and recovered ${done.recovered} runs.`;
  return { json: done, text };
}

async function showLog(engine: Engine, name: string, level: string): Promise<Output> {
  const known = await readRunners(engine);
  const which = { runnerId: findRunner(known, name).id, level: checked(z.enum(runnerLogLevels), level) };
  const lines = await engine.queue.runners.log({ ...which, limit: 500, isFollowed: false });
  const rows = lines.map((line) => [formatTime(line.at.toISOString()), line.level, line.message]);
  return { json: { lines }, text: rows.length === 0 ? 'Nothing was kept.' : columns(rows) };
}

const describeDefault = (change: RunnerChange): string => `Runners start with ${describeRunnerChange(change)}.`;

async function readRunners({ queue }: Engine): Promise<RunnerDetails[]> {
  const { presentRunner } = await import('../../present/runner.js');
  return (await queue.runners.list()).map(presentRunner);
}

async function list(engine: Engine): Promise<Output> {
  const runners = await readRunners(engine);
  const rows = runners.map((runner) => [
    runner.name,
    runner.id,
    runner.status.toLowerCase(),
    `${runner.activeRuns} of ${runner.concurrency}`,
    runner.channels?.join(', ') ?? 'all',
    runner.version,
    formatTime(runner.lastHeartbeatAt),
    describeCommand(runner.command),
  ]);
  const heading = ['runner', 'id', 'status', 'slots', 'channels', 'version', 'heartbeat', ''];
  return { json: { runners }, text: columns([heading, ...rows]) };
}

const STATES = {
  waiting: 'waits for the one before',
  sent: 'sent',
  accepted: 'accepted',
  done: 'done',
  failed: 'failed',
  notDelivered: 'not delivered',
} as const;

const describeCommand = (command: RunnerDetails['command']): string =>
  command === null ? '' : `${command.kind.toLowerCase()}: ${command.reason ?? STATES[command.state]}`;

async function send(engine: Engine, names: string[], kind: RunnerCommandKind, change?: RunnerChange): Promise<Output> {
  const known = await readRunners(engine);
  const runnerIds = names.map((name) => findRunner(known, name).id);
  const order = { kind, runnerIds, change, isRolling: kind === 'RESTART' && runnerIds.length > 1 };
  const { groupId, refused } = await engine.queue.runners.command(order, engine.actor);
  const { presentCommand } = await import('../../present/runner.js');
  const commands = (await engine.queue.runners.commands({ groupId })).map(presentCommand);
  const nameOf = (id: string) => known.find((runner) => runner.id === id)?.name ?? id;
  const lines = [
    ...commands.map(({ runnerId, state }) => `${nameOf(runnerId)}: ${kind.toLowerCase()} ${STATES[state]}`),
    ...refused.map(({ runnerId, reason }) => `${nameOf(runnerId)}: ${reason}`),
  ];
  return { json: { groupId, commands, refused }, text: lines.join('\n') };
}

function findRunner(known: RunnerDetails[], name: string): RunnerDetails {
  const living = known.filter(({ status }) => isLiving(status));
  const found = known.find(({ id }) => id === name);
  const named = [...living, ...known].filter((runner) => runner.name === name);
  const [first] = found ? [found] : named;
  if (first) return first;
  throw new Refusal(`There is no runner ${JSON.stringify(name)}; jobs runner lists them.`);
}
