import { makeWorkerUtils, run } from 'graphile-worker';

const connectionString = 'postgres://localhost/shop';

// #region define
export const define = () =>
  run({
    connectionString,
    concurrency: 10,
    taskList: {
      sendInvoice: async (payload, helpers) => {
        helpers.logger.info(`Order ${(payload as { order: number }).order}`);
      },
    },
    crontab: '0 3 * * * nightly', // in UTC
  });
// #endregion

// #region enqueue
export async function order() {
  const utils = await makeWorkerUtils({ connectionString });
  await utils.addJob('sendInvoice', { order: 1 }, { maxAttempts: 5 });
  await utils.addJob('sendInvoice', { order: 2 }, { runAt: new Date(Date.now() + 60_000), priority: 10 });
  await utils.addJob('sendInvoice', { order: 3 }, { jobKey: 'order 3' });
  await utils.addJobs([
    { identifier: 'sendInvoice', payload: { order: 4 } },
    { identifier: 'sendInvoice', payload: { order: 5 } },
  ]);
}
// #endregion
