import { defineJob } from '@job-manager/server';
import * as z from 'zod';
import type { JobClient } from '../../../backend/client/src/index.js';

// #region readme
export const sendMail = defineJob({
  name: 'send-mail',
  description: 'Sends a mail',
  examples: ['send-mail --to=ada@example.com'],
  algorithmVersion: '1',
  parameters: z.object({ to: z.email().describe('Address') }),
  channel: 'mail',
  priority: 10,
  run: async (ctx, { to }) => ctx.log.info(`Sent to ${to}`),
});

/** Before all other mail that waits in the channel: lower runs first, from -100 to 100. */
export const sendPassword = (jobs: JobClient, to: string) =>
  jobs.enqueue({ jobName: 'send-mail', parameters: { to }, priority: -10 });

/** Tomorrow at the same time; `runAt` takes a Date instead. */
export const sendReminder = (jobs: JobClient, to: string) =>
  jobs.enqueue({ jobName: 'send-mail', parameters: { to }, delayMs: 24 * 3_600_000 });
// #endregion
