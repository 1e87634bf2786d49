import * as z from 'zod';
import { limits } from '../limits.js';
import { channelName, priority, retryPolicy } from './enqueue-options.js';
import { pauseState } from './pause.js';

const settings = {
  channel: channelName.nullable(),
  priority: priority.nullable(),
  maxAttempts: z.number().int().min(1).max(limits.attempts).nullable(),
  retry: retryPolicy.nullable(),
  timeoutMs: z.number().int().min(0).max(limits.farMs).nullable().describe('0 for as long as it likes'),
  slowAfterMs: z.number().int().min(1).max(limits.farMs).nullable(),
  isCritical: z.boolean(),
};

/** What operators may set of a job; null is as the code says. */
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
