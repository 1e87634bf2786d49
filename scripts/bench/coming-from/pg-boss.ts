import { PgBoss } from 'pg-boss';

const boss = new PgBoss('postgres://localhost/shop');

// #region define
export async function define() {
  await boss.start();
  await boss.createQueue('sendInvoice', { retryLimit: 4, retryDelay: 1, retryBackoff: true });
  await boss.work<{ order: number }>('sendInvoice', { localConcurrency: 10 }, async ([job]) => ({
    sent: job?.data.order,
  }));
}
// #endregion

// #region enqueue
export async function order() {
  await boss.send('sendInvoice', { order: 1 });
  await boss.send('sendInvoice', { order: 2 }, { startAfter: 60, priority: -10 });
  await boss.send('sendInvoice', { order: 3 }, { singletonKey: 'order 3' });
  await boss.insert('sendInvoice', [{ data: { order: 4 } }, { data: { order: 5 } }]);
}
// #endregion

// #region schedule
export const schedule = () => boss.schedule('nightly', '0 3 * * *', {}, { tz: 'Europe/Berlin' });
// #endregion
