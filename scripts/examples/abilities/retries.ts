import { defineJob } from '@job-manager/server';
import * as z from 'zod';
import type { JobClient } from '../../../backend/client/src/index.js';

// #region readme
export const sendInvoice = defineJob({
  name: 'send-invoice',
  description: 'Sends the invoice of an order',
  examples: ['send-invoice --order=12'],
  algorithmVersion: '1',
  parameters: z.object({ order: z.number().int().describe('Number of the order') }),
  maxAttempts: 5,
  // Waits up to 2 s, then up to 6 s, 18 s, 54 s: anything between nothing and that.
  retry: { backoffMs: 2_000, factor: 3, maxBackoffMs: 600_000 },
  run: async (ctx, { order }) => {
    const answer = await fetch(`${process.env.MAIL_URL}/invoices/${order}`, { method: 'POST', signal: ctx.signal });
    if (answer.status === 404) ctx.fail(`There is no order ${order}`, { retry: false });
    if (!answer.ok) throw new Error(`The mail service answered ${answer.status}`);
    return { sent: order };
  },
});

/** Tried once, whatever the job sets. */
export const sendOnce = (jobs: JobClient, order: number) =>
  jobs.enqueue({ jobName: 'send-invoice', parameters: { order }, maxAttempts: 1 });
// #endregion
