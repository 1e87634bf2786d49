import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isProcessRunning } from '@job-manager/engine/database/process-start';
import { JobAnnouncer } from '@job-manager/engine/queue/maintenance/job-announcer';
import { Scheduler } from '@job-manager/engine/queue/maintenance/scheduler';
import { createRegistry } from '@job-manager/engine/queue/registry';
import { TestEngine } from '@job-manager/engine/testing/engine';
import { size } from '@job-manager/engine/testing/size';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, type JobClient } from '../../../backend/client/src/index.js';
import { addAlbum, makeThumbnail, publishAlbum } from './batches.js';
import { sendInvoices } from './bulk.js';
import { mailLater, mailReport, mailTwoMonths, renderReport } from './chains.js';
import { requestInvoice } from './client.js';
import { matchPattern } from './isolation.js';
import { sendMail, sendPassword, sendReminder } from './priorities.js';
import { sendInvoice, sendOnce } from './retries.js';
import { dailyReport } from './schedules.js';
import { placeOrder, placeOrderWithPrisma } from './transactions.js';
import { orderAndIndex, otherClient, typedClient } from './typed.js';
import { indexHourly, indexInTurn, indexProduct, indexSoon } from './uniqueness.js';

const definitions = [
  ...[dailyReport, indexProduct, mailReport, makeThumbnail, matchPattern, publishAlbum],
  ...[renderReport, sendInvoice, sendMail],
];

let engine: TestEngine;
let jobs: JobClient;
let mail: MailService;
beforeAll(async () => {
  mail = await startMailService();
  vi.stubEnv('MAIL_URL', mail.url);
  engine = await TestEngine.create(definitions);
  engine.jobsModule = new URL('./isolation.ts', import.meta.url).href;
  const registry = createRegistry(definitions);
  const process = { runnerId: null, host: 'test', pid: 1 };
  await new JobAnnouncer({ sql: engine.database.pool, registry, events: engine.events, process }).tick();
  jobs = createClient({ sql: engine.database.pool });
  await query('CREATE TABLE orders (number integer PRIMARY KEY)');
});
beforeEach(async () => {
  await query('TRUNCATE "JobRun", "JobRunMessage", "JobRunAttempt", "JobRunBatch", "JobRunCount", orders');
});
afterEach(async () => {
  expect(await engine.violations()).toEqual({});
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await engine.close();
  mail.server.close();
});

const query = async (sql: string) => (await engine.database.pool.query(sql)).rows;
const ended = (id: string) => engine.until(id, 'SUCCESS', 'FAILED', 'CANCELLED');
const attemptsOf = (id: string) =>
  query(`SELECT attempt, outcome, error FROM "JobRunAttempt" WHERE "runId" = ${id} ORDER BY "claimNo"`);

/** Executes runs until the test is over. */
async function startRunner(concurrency = 4): Promise<void> {
  const runner = engine.runner({ concurrency }, await engine.listener());
  await runner.start();
  stops.push(() => runner.stop());
}
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

it('typed clients queue what their types allow', async () => {
  const { url } = engine.database;
  const [client, other] = [typedClient(url), otherClient(url)];
  expect(await orderAndIndex(client, 12)).toHaveLength(2);
  await other.enqueue({ jobName: 'send-invoice', parameters: { order: 13 } });
  expect(await query(`SELECT "jobName", parameters FROM "JobRun" ORDER BY id`)).toEqual([
    { jobName: 'send-invoice', parameters: { order: 12 } },
    { jobName: 'index-product', parameters: { product: 7 } },
    { jobName: 'send-invoice', parameters: { order: 13 } },
  ]);
  await Promise.all([client.close(), other.close()]);
});

describe('retries', () => {
  beforeEach(() => startRunner());

  it('repeat what failed, within the time that the job sets', async () => {
    mail.answers(503, 200);
    const { jobRunId } = await jobs.enqueue({ jobName: 'send-invoice', parameters: { order: 12 } });
    await vi.waitFor(async () => expect(await attemptsOf(jobRunId)).toHaveLength(1));
    const { runAt, attempt, maxAttempts } = await engine.run(jobRunId);
    expect(attempt <= 2 && maxAttempts === 5 && runAt.getTime() - Date.now() <= 2_000).toBe(true);
    await query('UPDATE "JobRun" SET "runAt" = clock_timestamp() WHERE status = \'QUEUED\'');
    expect(await ended(jobRunId)).toMatchObject({ status: 'SUCCESS', attempt: 2, metadata: { sent: 12 } });
    expect(await attemptsOf(jobRunId)).toEqual([
      { attempt: 1, outcome: 'FAILED', error: 'The mail service answered 503' },
    ]);
  });

  it('do not repeat what would fail again, and what must run once', async () => {
    mail.answers(404);
    const gone = await jobs.enqueue({ jobName: 'send-invoice', parameters: { order: 12 } });
    expect(await ended(gone.jobRunId)).toMatchObject({ status: 'FAILED', attempt: 1, error: 'There is no order 12' });
    mail.answers(503);
    const once = await sendOnce(jobs, 12);
    expect(await ended(once.jobRunId)).toMatchObject({ status: 'FAILED', attempt: 1, maxAttempts: 1 });
  });
});

it('runs the urgent first, and the delayed not yet', async () => {
  const newsletter = await jobs.enqueue({ jobName: 'send-mail', parameters: { to: 'ada@example.com' } });
  const reminder = await sendReminder(jobs, 'ada@example.com');
  const password = await sendPassword(jobs, 'ada@example.com');
  await startRunner(1);
  const [first, second] = [await ended(password.jobRunId), await ended(newsletter.jobRunId)];
  expect([first, second]).toMatchObject([
    { channel: 'mail', priority: -10 },
    { channel: 'mail', priority: 10 },
  ]);
  expect(Number(second.startedAt)).toBeGreaterThanOrEqual(Number(first.startedAt));
  const later = await engine.run(reminder.jobRunId);
  expect(later.status).toBe('QUEUED');
  expect(Math.round((later.runAt.getTime() - later.queuedAt.getTime()) / 3_600_000)).toBe(24);
});

describe('a unique key', () => {
  it('debounces', async () => {
    const first = await indexSoon(jobs, 7, 'red shoe');
    const { runAt } = await engine.run(first.jobRunId);
    expect(await indexSoon(jobs, 7, 'a red shoe')).toEqual({ jobRunId: first.jobRunId, isNew: false });
    const run = await engine.run(first.jobRunId);
    expect(run.parameters).toEqual({ product: 7, text: 'a red shoe' });
    expect(run.runAt.getTime()).toBeGreaterThan(runAt.getTime());
    expect(await indexSoon(jobs, 8, 'blue shoe')).toMatchObject({ isNew: true });
  });

  it('throttles', async () => {
    await startRunner();
    const first = await indexHourly(jobs, 7);
    await ended(first.jobRunId);
    expect(await indexHourly(jobs, 7)).toEqual({ jobRunId: first.jobRunId, isNew: false });
    await query(`UPDATE "JobRun" SET "uniqueUntil" = clock_timestamp() - interval '1 second'`);
    expect(await indexHourly(jobs, 7)).toMatchObject({ isNew: true });
  });

  it('lets one wait behind the other', async () => {
    const [first, second] = [await indexInTurn(jobs, 7), await indexInTurn(jobs, 7)];
    expect(await engine.run(second.jobRunId)).toMatchObject({ status: 'QUEUED', isBlocked: true });
    await startRunner();
    const [before, after] = [await ended(first.jobRunId), await ended(second.jobRunId)];
    expect(Number(after.startedAt)).toBeGreaterThanOrEqual(Number(before.finishedAt));
  });
});

it('runs a schedule once a night, summer and winter', async () => {
  const scheduler = new Scheduler({
    sql: engine.database.pool,
    registry: createRegistry(definitions),
    events: engine.events,
    notifier: engine.notifier,
  });
  const { schedules } = await engine.queue.schedules.list();
  expect(schedules.map(({ name, timing, missedRuns, overlap }) => ({ name, timing, missedRuns, overlap }))).toEqual(
    expect.arrayContaining([
      { name: 'report-berlin', timing: 'At 02:30 (Europe/Berlin)', missedRuns: 'ONCE', overlap: 'QUEUE' },
      { name: 'report-online', timing: 'Every 15 minutes', missedRuns: 'ONCE', overlap: 'SKIP' },
    ]),
  );
  const berlin = schedules.find(({ name }) => name === 'report-berlin');
  const times = await engine.queue.schedules.next(String(berlin?.id), 100);
  const nights = new Set(times.map((at) => at.toLocaleDateString('sv', { timeZone: 'Europe/Berlin' })));
  expect(nights.size).toBe(100);
  // Three nights without a runner: one run.
  await query(`UPDATE "Schedule" SET "nextRunAt" = "nextRunAt" - interval '3 days' WHERE name = 'report-berlin'`);
  while ((await scheduler.tick()).moved > 0);
  expect(await query(`SELECT "jobName", parameters FROM "JobRun" WHERE "scheduleId" = '${berlin?.id}'`)).toEqual([
    { jobName: 'daily-report', parameters: { shop: 'berlin' } },
  ]);
});

it('hands results on in a chain', async () => {
  const [february, , mailed] = await mailTwoMonths(jobs, 'ada@example.com');
  const later = await mailLater(jobs, 'ada@example.com', String(february?.jobRunId));
  await startRunner();
  expect((await ended(String(mailed?.jobRunId))).metadata).toEqual({
    files: ['report-2026-02.pdf', 'report-2026-03.pdf'],
  });
  expect((await ended(later.jobRunId)).metadata).toEqual({ files: ['report-2026-02.pdf'] });
});

it('calls back when a batch has ended', async () => {
  const { batchId } = await addAlbum(engine.queue, 7, ['a.jpg', 'b.jpg', 'c.txt']);
  const [batch] = await query(`SELECT * FROM "JobRunBatch" WHERE id = ${batchId}`);
  expect(batch).toMatchObject({ name: 'Album 7', total: 3 });
  await startRunner();
  expect(await ended(batch.callbackRunId)).toMatchObject({ status: 'SUCCESS', metadata: { shown: 2, of: 3 } });
});

it('ends the process of a job that never returns, and no other', async () => {
  await startRunner();
  const enqueue = async (pattern: string, text: string, more: { timeoutMs?: number } = {}) =>
    (await jobs.enqueue({ jobName: 'match-pattern', parameters: { pattern, text }, ...more })).jobRunId;
  const quick = await enqueue('^a+$', 'aaa');
  // The first has to start a process, which takes its time on a busy machine.
  const run = await vi.waitFor(() => ended(quick), { timeout: 60_000 });
  expect(run).toMatchObject({ status: 'SUCCESS', metadata: { matches: true } });
  expect(Number(run.peakMemoryBytes)).toBeGreaterThan(1_000_000);
  const endless = await enqueue('^(a+)+$', `${'a'.repeat(40)}b`, { timeoutMs: 300 });
  const stopped = await ended(endless);
  expect(stopped).toMatchObject({
    status: 'FAILED',
    error: expect.stringContaining('after 300 ms'),
    childPid: run.childPid,
  });
  await vi.waitFor(() => expect(isProcessRunning(Number(run.childPid))).toBe(false));
}, 90_000);

describe.each([
  ['pg', (by: JobClient, order: number) => placeOrder(engine.database.pool, by, order)],
  ['Prisma', (by: JobClient, order: number) => placeOrderWithPrisma(engine.database.db, by, order)],
])('a transaction with %s', (_name, place) => {
  it('has its run when it is committed, and none when it is not', async () => {
    await place(jobs, 12);
    const failing: JobClient = {
      ...jobs,
      enqueue: async (...call) => {
        await jobs.enqueue(...call);
        throw new Error('After the run was queued');
      },
    };
    await expect(place(failing, 13)).rejects.toThrow('After the run was queued');
    expect(await query('SELECT parameters FROM "JobRun"')).toEqual([{ parameters: { order: 12 } }]);
    expect(await query('SELECT number FROM orders')).toEqual([{ number: 12 }]);
  });
});

it('queues up to ten thousand runs in one call, or none of them', async () => {
  const runs = size(500, 10_000);
  const orders = Array.from({ length: runs }, (_, index) => index + 1);
  const added = await sendInvoices(jobs, orders);
  expect(new Set(added.map(({ jobRunId }) => jobRunId)).size).toBe(runs);
  await expect(sendInvoices(jobs, new Array<number>(10_001).fill(1))).rejects.toThrow('10000');
  expect(await query('SELECT count(*)::int AS runs FROM "JobRun" WHERE priority = 50')).toEqual([{ runs }]);
});

it('is used by a program that has neither server nor jobs', async () => {
  expect(await requestInvoice(engine.database.url, 12)).toMatch(/^Queued run #\d+$/);
  expect(await requestInvoice(engine.database.url, 12)).toMatch(/^Run #\d+ was there already$/);
  await query(`DELETE FROM "JobRun"; DELETE FROM "Job" WHERE name = 'send-invoice'`);
  expect(await requestInvoice(engine.database.url, 12)).toMatch(/^Refused: There is no job named "send-invoice"/);
});

interface MailService {
  server: Server;
  url: string;
  /** What it answers next, one after the other; the last for good. */
  answers(...statuses: number[]): void;
}

async function startMailService(): Promise<MailService> {
  let statuses = [200];
  const server = createServer((_req, res) => {
    res.writeHead(statuses[0] ?? 500).end();
    if (statuses.length > 1) statuses = statuses.slice(1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers: (...next) => {
      statuses = next;
    },
  };
}
