import { formatDuration } from '@job-manager/engine/store/format-duration';
import { type ChannelSettings, channelChange, type JobChannel } from '@job-manager/shared/contract/channels';
import { channelName } from '@job-manager/shared/contract/enqueue-options';
import type { Command } from 'commander';
import { Refusal } from '../refusal.js';
import { type Engine, type Output, withEngine } from './engine.js';
import { describePause, type PauseOptions, pauseOf, withPauseOptions } from './pause-options.js';
import { columns } from './tables.js';
import { checked, readDuration } from './values.js';

interface SetOptions {
  concurrency?: string;
  perRunner?: string;
  rate?: string;
  weight?: string;
}

/** Commands about channels. */
export function addChannelCommands(program: Command): void {
  const channel = program.command('channel').description('lanes that runs queue in');

  channel
    .command('list', { isDefault: true })
    .description('channels with settings, with jobs or with runs')
    .action((_options: object, command: Command) => withEngine(command, list));

  channel
    .command('set <name>')
    .description('sets limits and weight; omitted ones stay, "none" takes a limit away')
    .option('--concurrency <number>', 'runs at once, over all runners')
    .option('--per-runner <number>', 'runs at once in one runner')
    .option('--rate <starts/duration>', 'such as 100/1m')
    .option('--weight <number>', 'share of a runner, among channels with work')
    .action((name: string, options: SetOptions, command: Command) =>
      withEngine(command, (engine) => set(engine, checkName(name), options)),
    );

  withPauseOptions(
    channel.command('pause <name>').description('starts nothing more in it; running runs continue'),
  ).action((name: string, options: PauseOptions, command: Command) =>
    withEngine(command, async (engine) => {
      await engine.queue.channels.pause(checkName(name), pauseOf(options), engine.actor);
      return list(engine);
    }),
  );

  channel
    .command('resume <name>')
    .description('goes on with it')
    .action((name: string, _options: object, command: Command) =>
      withEngine(command, async (engine) => {
        await engine.queue.channels.resume(checkName(name), engine.actor);
        return list(engine);
      }),
    );
}

async function readChannels({ queue }: Engine): Promise<JobChannel[]> {
  const { presentChannel } = await import('../../present/channel.js');
  return (await queue.channels.list()).map(presentChannel);
}

async function list(engine: Engine): Promise<Output> {
  const channels = await readChannels(engine);
  const rows = channels.map((channel) => [
    channel.name,
    String(channel.queued),
    String(channel.due),
    String(channel.running),
    most(channel.concurrency),
    most(channel.concurrencyPerRunner),
    formatRate(channel),
    String(channel.weight),
    describePause(channel.paused),
  ]);
  const heading = ['channel', 'queued', 'due', 'running', 'at once', 'per runner', 'rate', 'weight', ''];
  return { json: { channels }, text: columns([heading, ...rows]) };
}

const most = (limit: number | null): string => (limit === null ? '–' : String(limit));

const formatRate = ({ rateLimit, ratePeriodMs }: ChannelSettings): string =>
  rateLimit === null || ratePeriodMs === null ? '–' : `${rateLimit} in ${formatDuration(ratePeriodMs)}`;

async function set(engine: Engine, name: string, options: SetOptions): Promise<Output> {
  const named = { ...given('concurrency', options.concurrency), ...given('concurrencyPerRunner', options.perRunner) };
  const change = checked(channelChange, { ...named, ...weight(options.weight), ...rate(options.rate) });
  await engine.queue.channels.set(name, change, engine.actor);
  return list(engine);
}

const given = (setting: string, text: string | undefined) =>
  text === undefined ? {} : { [setting]: text === 'none' ? null : Number(text) };

const weight = (text: string | undefined) => (text === undefined ? {} : { weight: Number(text) });

function rate(text: string | undefined) {
  if (text === undefined) return {};
  if (text === 'none') return { rateLimit: null, ratePeriodMs: null };
  const [starts = '', period = ''] = text.split('/');
  try {
    return { rateLimit: Number(starts), ratePeriodMs: readDuration(period) };
  } catch {
    throw new Refusal('--rate has the form 100/1m, or none.');
  }
}

function checkName(name: string): string {
  const result = channelName.safeParse(name);
  if (result.success) return result.data;
  throw new Refusal(`${JSON.stringify(name)} is no name of a channel: it ${result.error.issues[0]?.message}.`);
}
