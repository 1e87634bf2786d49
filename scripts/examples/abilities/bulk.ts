import type { JobClient } from '../../../backend/client/src/index.js';

// #region readme
/** One statement for up to 10,000 runs; one that can't be queued keeps all of them out, and is named. */
export const sendInvoices = (jobs: JobClient, orders: number[]) =>
  jobs.enqueueMany(orders.map((order) => ({ jobName: 'send-invoice', parameters: { order }, priority: 50 })));
// #endregion
