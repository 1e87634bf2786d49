import * as z from 'zod';
import { limits } from '../limits.js';
import { channelName, priority, retryPolicy } from './enqueue-options.js';
import { pauseState } from './pause.js';

/** What may become of a stalled run: it runs again, even where it has a single attempt, or it is failed. */
export const onStalledChoices = ['again', 'fail'] as const;

const settings = {
  channel: channelName.nullable(),
  priority: priority.nullable(),
  maxAttempts: z.number().int().min(1).max(limits.attempts).nullable(),
  retry: retryPolicy.nullable(),
  timeoutMs: z.number().int().min(0).max(limits.farMs).nullable().describe('0 for as long as it likes'),
  slowAfterMs: z.number().int().min(1).max(limits.farMs).nullable(),
  stalledAfterMs: z
    .number()
    .int()
    .min(1)
    .max(limits.farMs)
    .nullable()
    .describe(
      'Time without a heartbeat after which a run is stalled; at least three heartbeats. Null for the setting of the server',
    ),
  onStalled: z
    .enum(onStalledChoices)
    .nullable()
    .describe(
      'What becomes of a stalled run: it runs again, even with a single attempt, or it is failed. Null: again, unless it has a single attempt',
    ),
  autoForceFailAfterMs: z
    .number()
    .int()
    .min(60_000)
    .max(3_600_000)
    .nullable()
    .describe('So long after a cancel a run that goes on is failed; null for never'),
  keepDays: z
    .number()
    .int()
    .min(0)
    .max(36_500)
    .nullable()
    .describe('Days to keep finished runs, 0 for ever; null for as long as those of other jobs'),
  isCritical: z.boolean(),
};

/** What operators may set of a job; null is as the code declares. */
const jobOverrides = z.strictObject(settings);
export type JobOverrides = z.infer<typeof jobOverrides>;

/** What is to be changed of a job. What is left out stays as it is. */
export const jobSettingsChange = jobOverrides.partial();
export type JobSettingsChange = z.infer<typeof jobSettingsChange>;

export const jobSettings = z.object({
  ...settings,
  jobName: z.string(),
  paused: pauseState.nullable(),
  rev: z.number().int().describe('Raised by each change of a setting; 0 where none was ever made'),
});
export type JobSettings = z.infer<typeof jobSettings>;
