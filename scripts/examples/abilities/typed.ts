import { createClient, type JobClient } from '../../../backend/client/src/index.js';
import { sendInvoice } from './retries.js';
import { indexProduct } from './uniqueness.js';

// #region readme
/** `typeof jobs` is a type: a program that only queues imports nothing of the jobs but that. */
const jobs = [sendInvoice, indexProduct];

export const typedClient = (databaseUrl: string) => createClient<typeof jobs>({ connectionString: databaseUrl });

export const orderAndIndex = (client: JobClient<typeof jobs>, order: number) =>
  client.enqueueMany([
    { jobName: 'send-invoice', parameters: { order } },
    { jobName: 'index-product', parameters: { product: 7 } }, // `order` or a text would not compile
  ]);

/** Without the code of the jobs, in another repository: names and parameters as a type. */
export const otherClient = (databaseUrl: string) =>
  createClient<{ 'send-invoice': { order: number } }>({ connectionString: databaseUrl });
// #endregion
