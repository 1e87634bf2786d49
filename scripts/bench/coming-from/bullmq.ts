import { FlowProducer, Queue, Worker } from 'bullmq';

const connection = { host: 'localhost' };

// #region define
export const worker = new Worker(
  'mail',
  async (job) => {
    await job.updateProgress(50);
    return { sent: job.data.order };
  },
  { connection, concurrency: 10 },
);
const mail = new Queue('mail', {
  connection,
  defaultJobOptions: { attempts: 5, backoff: { type: 'exponential', delay: 1_000 } },
});
// #endregion

// #region enqueue
export async function order() {
  await mail.add('sendInvoice', { order: 1 });
  await mail.add('sendInvoice', { order: 2 }, { delay: 60_000, priority: 10 });
  await mail.add('sendInvoice', { order: 3 }, { jobId: 'order-3' });
  await new FlowProducer({ connection }).add({
    ...{ name: 'sendInvoice', queueName: 'mail', data: { order: 5 } },
    children: [{ name: 'sendInvoice', queueName: 'mail', data: { order: 4 } }],
  });
}
// #endregion

// #region schedule
export const schedule = () => mail.upsertJobScheduler('nightly', { pattern: '0 3 * * *', tz: 'Europe/Berlin' });
// #endregion
