// #region readme
import { createClient, QueueError } from '../../../backend/client/src/index.js';

/** For any Node program: it needs neither the server nor the code of the jobs, only the database. */
export async function requestInvoice(databaseUrl: string, order: number): Promise<string> {
  const jobs = createClient({ connectionString: databaseUrl });
  try {
    const { jobRunId, isNew } = await jobs.enqueue({
      jobName: 'send-invoice',
      parameters: { order },
      idempotencyKey: `invoice-${order}`,
    });
    return isNew ? `Queued run #${jobRunId}` : `Run #${jobRunId} was there already`;
  } catch (error) {
    if (error instanceof QueueError) return `Refused: ${error.message}`;
    throw error;
  } finally {
    await jobs.close();
  }
}
// #endregion
