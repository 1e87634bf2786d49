import { defineJob } from '@job-manager/server';
import * as z from 'zod';
import type { JobClient } from '../../../backend/client/src/index.js';

// #region define
const sendInvoice = defineJob({
  name: 'sendInvoice',
  description: 'Sends the invoice of an order',
  channel: 'mail',
  parameters: z.object({ order: z.number().int() }),
  maxAttempts: 5,
  retry: { backoffMs: 1_000, factor: 2 },
  run: async (ctx, { order }) => {
    ctx.progress(0.5, 'Rendered');
    return { sent: order };
  },
});
export const jobs = [sendInvoice];
// #endregion

// #region enqueue
export async function order(client: JobClient<typeof jobs>) {
  await client.enqueue({ jobName: 'sendInvoice', parameters: { order: 1 } });
  await client.enqueue({ jobName: 'sendInvoice', parameters: { order: 2 }, delayMs: 60_000, priority: 10 });
  await client.enqueue({ jobName: 'sendInvoice', parameters: { order: 3 }, unique: { key: 'order 3' } });
  await client.enqueueMany([
    { jobName: 'sendInvoice', parameters: { order: 4 } },
    { jobName: 'sendInvoice', parameters: { order: 5 }, after: [{ index: 0 }] },
  ]);
}
// #endregion

// #region schedule
export const nightly = defineJob({
  name: 'nightly',
  description: 'Cleans up at night',
  parameters: z.object({}),
  schedules: [{ name: 'nightly', cron: '0 3 * * *', timeZone: 'Europe/Berlin' }],
  run: async () => {},
});
// #endregion
