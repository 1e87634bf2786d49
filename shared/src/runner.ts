import * as z from 'zod';
import { channelName } from './contract/enqueue-options.js';

/** The commands for a runner. */
export const runnerCommandKinds = ['DRAIN', 'RESUME', 'STOP', 'RESTART', 'SET', 'PING'] as const;
export type RunnerCommandKind = (typeof runnerCommandKinds)[number];

/** How far a command is. */
export const runnerCommandStates = ['waiting', 'sent', 'accepted', 'done', 'failed', 'notDelivered'] as const;
export type RunnerCommandState = (typeof runnerCommandStates)[number];

export const runnerLogLevels = ['error', 'warn', 'info', 'debug'] as const;
export type RunnerLogLevel = (typeof runnerLogLevels)[number];

const SLOTS = 'must be a whole number from 1 to 1000';

/** What may be set of a runner while it works; it holds until the runner ends. */
export const runnerChange = z.strictObject({
  concurrency: z.number(SLOTS).int(SLOTS).min(1, SLOTS).max(1_000, SLOTS).optional().describe('Runs at once'),
  channels: z
    .array(channelName)
    .min(1, 'must name a channel')
    .max(100, 'must not name more than 100 channels')
    .nullable()
    .optional()
    .describe('The only channels that it serves; null for all'),
  logLevel: z.enum(runnerLogLevels).optional(),
  isPaused: z.boolean().optional().describe('Claims nothing more, as after DRAIN; false claims again, as after RESUME'),
});
export type RunnerChange = z.infer<typeof runnerChange>;

/** What can be set of a runner, as it is now. */
export interface RunnerConfig {
  concurrency: number;
  channels: string[] | null;
  /** Null for as it was started with. */
  logLevel: string | null;
  status: string;
}

const describeChannels = (channels: string[] | null) => (channels === null ? 'all' : channels.join(', '));
const describePause = (isPaused: boolean) => (isPaused ? 'paused' : 'claims runs');

/** What a change would make different of a runner, or where the runner differs from a default. */
export function listRunnerChanges(
  runner: RunnerConfig,
  change: RunnerChange,
): { setting: string; from: string; to: string }[] {
  const { concurrency, channels, logLevel, isPaused } = change;
  const rows = [
    { setting: 'Slots', from: String(runner.concurrency), to: concurrency?.toString() },
    {
      setting: 'Channels',
      from: describeChannels(runner.channels),
      to: channels === undefined ? undefined : describeChannels(channels),
    },
    { setting: 'Log level', from: runner.logLevel ?? 'as started', to: logLevel },
    {
      setting: 'Claiming',
      from: describePause(runner.status === 'DRAINING'),
      to: isPaused === undefined ? undefined : describePause(isPaused),
    },
  ];
  return rows.flatMap(({ to, ...row }) => (to === undefined || to === row.from ? [] : [{ ...row, to }]));
}

/** A change in one line: `3 slots, channels mail, media, log level debug, paused`. */
export function describeRunnerChange({ concurrency, channels, logLevel, isPaused }: RunnerChange): string {
  const parts = [
    concurrency === undefined ? [] : [concurrency === 1 ? '1 slot' : `${concurrency} slots`],
    channels === undefined ? [] : [channels === null ? 'all channels' : `channels ${channels.join(', ')}`],
    logLevel === undefined ? [] : [`log level ${logLevel}`],
    isPaused === undefined ? [] : [describePause(isPaused)],
  ].flat();
  return parts.join(', ');
}

/** A command is delivered within this time, or not at all. */
export const COMMAND_EXPIRES_MS = 120_000;
/** With this code a runner's process ends that its supervisor is to start again: EX_TEMPFAIL of sysexits.h. */
export const RESTART_EXIT_CODE = 75;
