import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { createTestKit, installClock, runJob, type TestKit } from '@job-manager/testing';
import { jobs, placeOrder, remindTwice, sendInvoice } from './shop.js';

let kit: TestKit<typeof jobs>;
before(async () => {
  kit = await createTestKit({ databaseUrl: process.env.TEST_DATABASE_URL ?? '', jobs });
});
afterEach(() => kit.clear());
after(() => kit.close());

it('sends an invoice', async () => {
  const { status, metadata, messages } = await runJob(sendInvoice, { order: 12 });
  assert.deepEqual([status, metadata], ['SUCCESS', { sent: 12 }]);
  assert.deepEqual(messages, [{ level: 'INFO', message: 'Invoice sent', data: { order: 12 } }]);
});

it('reminds again after an hour', async (t) => {
  const clock = installClock();
  t.after(() => clock.uninstall());
  const running = runJob(remindTwice, { order: 12 });
  await clock.advance(3_600_000);
  const { messages } = await running;
  assert.deepEqual(
    messages.map(({ message }) => message),
    ['First reminder', 'Second reminder'],
  );
});

it('queues the invoice with the order, and not without', async () => {
  const connection = await kit.pool.connect();
  await connection.query('BEGIN');
  await placeOrder(connection, kit.client, 12);
  await kit.assertEnqueued({ jobName: 'send-invoice', parameters: { order: 12 } }, { sql: connection });
  await kit.assertNotEnqueued({ jobName: 'send-invoice' });
  await connection.query('ROLLBACK');
  connection.release();
  assert.deepEqual(await kit.enqueued(), []);
});

it('tries again after the minute that the mail server needs', async (t) => {
  const clock = kit.installClock();
  t.after(() => clock.uninstall());
  await kit.client.enqueue({ jobName: 'send-invoice', parameters: { order: 13 } });
  const [first] = await kit.drain();
  assert.equal(first?.status, 'QUEUED');
  await clock.advance(60_000);
  const [second] = await kit.drain();
  assert.deepEqual([second?.attempt, second?.status], [2, 'SUCCESS']);
});
