import * as z from 'zod';
import { limits } from '../limits.js';
import { isPlainText, NOT_PLAIN } from '../plain-text.js';
import { channelName } from './enqueue-options.js';
import { isoTime } from './iso-time.js';
import { pauseState } from './pause.js';
import { forViewers, routeFor } from './policy.js';

const TAG = ['Channels'];
const time = z.iso.datetime();
const count = z.number().int();
const byName = z.strictObject({ channel: channelName });
const most = z.number().int().min(1).max(1_000_000).nullable();

const channelSettings = z.strictObject({
  concurrency: most.describe('Runs at once, over all runners'),
  concurrencyPerRunner: most,
  rateLimit: most.describe('Starts within `ratePeriodMs`'),
  ratePeriodMs: z.number().int().min(100).max(86_400_000).nullable(),
  weight: z.number().int().min(1).max(1_000).describe('Share of a runner among channels with work'),
  targetWaitMs: z
    .number()
    .int()
    .min(1_000)
    .max(604_800_000)
    .nullable()
    .describe('How long a due run should wait at most; null for the default of the screens'),
});
/** What may be set of a channel; null for no limit. */
export type ChannelSettings = z.infer<typeof channelSettings>;

/** What is to be changed of a channel. What is left out stays as it is. */
export const channelChange = channelSettings.partial();
export type ChannelChange = z.infer<typeof channelChange>;

export const jobChannel = z.object({
  ...channelSettings.shape,
  name: z.string(),
  paused: pauseState.nullable(),
  running: count,
  /** Up to 10,000; waiting for other runs not included. */
  queued: count,
  /** Of the queued, those whose time has come. */
  due: count,
  /** Of the queued, those whose time is to come. */
  scheduled: count,
  /** Waiting for other runs; up to 10,000. */
  blocked: count,
  oldestDueAt: time.nullable(),
  /** Runners that execute runs of it now, the first 50. */
  runners: z.array(z.object({ id: z.string(), name: z.string().describe('`host:pid`'), running: count })),
  /** Jobs whose runs queue in it by default. */
  jobs: z.array(z.string()),
  rev: count.describe('Raised by each change of a setting'),
  /** Starts that count against the rate limit now; null without one. */
  recentStarts: count.nullable(),
  history: z
    .array(count.nullable())
    .describe('Queued runs of each minute of the last hour; null where none was sampled'),
});
export type JobChannel = z.infer<typeof jobChannel>;

/** Lanes that runs queue in. */
export const channels = {
  listChannels: routeFor('view')
    .route({
      method: 'GET',
      path: '/admin/jobs/channels',
      summary: 'Channels with settings, with jobs or with runs',
      tags: TAG,
    })
    .output(z.object({ channels: z.array(jobChannel) })),

  setChannel: routeFor('manageChannels')
    .route({
      method: 'PUT',
      path: '/admin/jobs/channels/{channel}',
      summary: 'Change limits and weight of a channel',
      description:
        'What is left out stays as it is, and null takes a limit away. `rateLimit` and `ratePeriodMs` come and go together. With `rev` refused (409 `CHANGED`, with the present value as `current`) where another change came in between.',
      tags: TAG,
    })
    .input(byName.extend({ ...channelChange.shape, rev: z.int32().min(0).optional() }))
    .output(z.object({ name: z.string(), channel: forViewers(jobChannel) })),

  pauseChannel: routeFor('manageChannels')
    .route({
      method: 'POST',
      path: '/admin/jobs/channels/{channel}/pause',
      summary: 'Start nothing more in a channel; what is running goes on',
      tags: TAG,
    })
    .input(
      byName.extend({
        reason: z.string().trim().max(limits.reasonChars).refine(isPlainText, NOT_PLAIN).optional(),
        resumeAt: isoTime.optional().describe('Goes on by itself then'),
      }),
    )
    .output(z.object({ name: z.string(), channel: forViewers(jobChannel) })),

  resumeChannel: routeFor('manageChannels')
    .route({
      method: 'POST',
      path: '/admin/jobs/channels/{channel}/resume',
      summary: 'Go on with a paused channel',
      tags: TAG,
    })
    .input(byName)
    .output(z.object({ name: z.string(), channel: forViewers(jobChannel) })),
};
