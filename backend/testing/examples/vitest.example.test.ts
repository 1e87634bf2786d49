import { createTestKit, installClock, runJob, type TestKit } from '@job-manager/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { jobs, placeOrder, remindTwice, sendInvoice } from './shop.js';

let kit: TestKit<typeof jobs>;
beforeAll(async () => {
  kit = await createTestKit({ databaseUrl: process.env.TEST_DATABASE_URL ?? '', jobs });
});
afterEach(() => kit.clear());
afterAll(() => kit.close());

it('sends an invoice', async () => {
  const outcome = await runJob(sendInvoice, { order: 12 });
  expect(outcome).toMatchObject({ status: 'SUCCESS', metadata: { sent: 12 } });
  expect(outcome.messages).toEqual([{ level: 'INFO', message: 'Invoice sent', data: { order: 12 } }]);
});

it('reminds again after an hour', async () => {
  const clock = installClock();
  try {
    const running = runJob(remindTwice, { order: 12 });
    await clock.advance(3_600_000);
    const { messages, progress, steps } = await running;
    expect(messages.map(({ message }) => message)).toEqual(['First reminder', 'Second reminder']);
    expect(progress.at(-1)).toMatchObject({ percent: 100 });
    expect(steps.map(({ id, progress: part }) => [id, part])).toEqual([
      ['first', 1],
      ['second', 1],
    ]);
  } finally {
    clock.uninstall();
  }
});

it('queues the invoice with the order, and not without', async () => {
  const connection = await kit.pool.connect();
  await connection.query('BEGIN');
  await placeOrder(connection, kit.client, 12);
  await kit.assertEnqueued({ jobName: 'send-invoice', parameters: { order: 12 } }, { sql: connection });
  await kit.assertNotEnqueued({ jobName: 'send-invoice' });
  await connection.query('ROLLBACK');
  connection.release();
  expect(await kit.enqueued()).toEqual([]);
});

it('tries again after the minute that the mail server needs', async () => {
  const clock = kit.installClock();
  try {
    await kit.client.enqueue({ jobName: 'send-invoice', parameters: { order: 13 } });
    expect(await kit.drain()).toMatchObject([{ jobName: 'send-invoice', attempt: 1, status: 'QUEUED' }]);
    expect(await kit.drain()).toEqual([]);
    await clock.advance(60_000);
    expect(await kit.drain()).toMatchObject([{ attempt: 2, status: 'SUCCESS' }]);
  } finally {
    clock.uninstall();
  }
});
