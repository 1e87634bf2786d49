// An application imports it from '@job-manager/client', which is not built in the clone.
import type { JobClient } from '@job-manager/client/client';
import { defineJob } from '@job-manager/engine';
import * as z from 'zod';

// A piece of an application: two jobs, and what queues them.

export const sendInvoice = defineJob({
  name: 'send-invoice',
  description: 'Sends the invoice of an order',
  parameters: z.object({ order: z.number().int() }),
  run: async (ctx, { order }) => {
    if (ctx.attempt === 1 && order === 13) ctx.retryIn(60_000, 'The mail server is busy');
    ctx.log.info('Invoice sent', { order });
    return { sent: order };
  },
});

export const remindTwice = defineJob({
  name: 'remind-twice',
  description: 'Reminds of an order now and an hour later',
  parameters: z.object({ order: z.number().int() }),
  run: async (ctx, { order }) => {
    ctx.pipeline([{ id: 'first' }, { id: 'second' }]);
    ctx.log.info('First reminder', { order });
    ctx.step('first').done();
    await ctx.pause(3_600_000);
    ctx.log.info('Second reminder', { order });
    ctx.step('second').done();
  },
});

export const jobs = [sendInvoice, remindTwice];

type Connection = { query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> };

/** Stores an order and queues its invoice, both or neither. */
export async function placeOrder(connection: Connection, client: JobClient<typeof jobs>, order: number): Promise<void> {
  await connection.query('SELECT $1::int AS "the order is stored here"', [order]);
  await client.enqueue({ jobName: 'send-invoice', parameters: { order } }, { sql: connection as never });
}
