import type { Actor } from '@job-manager/client/actor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { TestEngine } from '../../testing/engine.js';
import { untilStatementsWait } from '../../testing/transaction.js';
import { defineJob } from '../job.js';
import { SYSTEM } from '../system-actor.js';

let engine: TestEngine;
beforeAll(async () => {
  const nothing = { description: 'x', examples: ['x'], algorithmVersion: '1', parameters: z.object({}) };
  engine = await TestEngine.create([defineJob({ ...nothing, name: 'nothing', run: async () => {} })]);
});
afterAll(async () => {
  expect(await engine.violations()).toEqual({});
  await engine.close();
});

const ada: Actor = { ...SYSTEM, email: 'ada@example.com' };
const soon = (ms: number) => new Date(Date.now() + ms);
const query = (text: string, values: unknown[]) => engine.database.pool.query(text, values);

async function aRunDue(runAt: Date): Promise<string> {
  const { id } = await engine.enqueue('nothing');
  await query('UPDATE "JobRun" SET "runAt" = $2 WHERE id = $1', [id, runAt]);
  return id;
}

async function notesOn(runId: string): Promise<string[]> {
  const lines = await query('SELECT message FROM "JobRunMessage" WHERE "runId" = $1 ORDER BY seq', [runId]);
  return lines.rows.map(({ message }) => message);
}

const entries = (runId: string) =>
  engine.database.db.auditEvent.findMany({
    where: { runId: BigInt(runId), action: 'run.reschedule' },
    orderBy: { id: 'asc' },
  });

it('makes a run that waits for its time due now, and wakes runners', async () => {
  const id = await aRunDue(soon(3_600_000));
  const runner = engine.runner({ pollMs: 60_000 }, await engine.listener());
  await runner.start();
  const run = await engine.queue.reschedule(id, null, ada);
  expect(run.runAt.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
  await engine.until(id, 'RUNNING', 'SUCCESS');
  await runner.stop();
  expect(await notesOn(id)).toContain('Due now, by ada@example.com');
});

it('puts a run off, and notes from when to when, and who', async () => {
  const { id, runAt } = await engine.enqueue('nothing');
  const later = new Date(Math.floor(soon(3_600_000).getTime() / 1_000) * 1_000);
  const run = await engine.queue.reschedule(id, later, ada);
  expect(run).toMatchObject({ runAt: later, status: 'QUEUED', rev: 1 });
  const time = later.toISOString().replace('T', ' ').slice(0, 19);
  expect(await notesOn(id)).toEqual([`Not before ${time} UTC, by ada@example.com`]);
  const [entry] = await entries(id);
  expect(entry).toMatchObject({ actorEmail: 'ada@example.com', target: 'nothing' });
  const details = Object.entries(entry?.details ?? {}).map(([key, time]) => [key, new Date(String(time))]);
  expect(Object.fromEntries(details)).toEqual({ from: runAt, to: later });
});

it('changes the priority alone and leaves the time, or both', async () => {
  const runAt = soon(3_600_000);
  const id = await aRunDue(runAt);
  expect(await engine.queue.reschedule(id, undefined, ada, { priority: -2 })).toMatchObject({
    priority: -2,
    runAt,
    rev: 1,
  });
  expect(await engine.queue.reschedule(id, undefined, ada, { priority: -2 })).toMatchObject({ rev: 1 });
  const run = await engine.queue.reschedule(id, null, ada, { priority: 4 });
  expect(run).toMatchObject({ priority: 4, rev: 2 });
  expect(run.runAt.getTime()).toBeLessThan(runAt.getTime());
  expect(await notesOn(id)).toEqual([
    'Priority -2 instead of 0, by ada@example.com',
    'Due now; Priority 4 instead of -2, by ada@example.com',
  ]);
  const [first] = await entries(id);
  expect(first?.details).toEqual({ priorityFrom: 0, priorityTo: -2 });
  await expect(engine.queue.reschedule(id, undefined, ada, { priority: 101 })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: 'priority must be whole, from -100 to 100.',
  });
});

it.each([
  ['now', null],
  ['a time that has passed', soon(-60_000)],
  ['the year 0', new Date('0000-01-01T00:00:00Z')],
])('a run that is due keeps its place in line when rescheduled to %s, and nothing is noted', async (_name, runAt) => {
  const { id, runAt: before } = await engine.enqueue('nothing');
  const run = await engine.queue.reschedule(id, runAt, ada);
  expect(run).toMatchObject({ runAt: before, rev: 0 });
  expect(await notesOn(id)).toEqual([]);
  expect(await entries(id)).toEqual([]);
});

it('leaves a run that waits for others waiting for them', async () => {
  const first = await engine.enqueue('nothing');
  const { id } = await engine.enqueue('nothing', {}, { after: [first.id], runAt: soon(3_600_000).toISOString() });
  expect(await engine.queue.reschedule(id, null, ada)).toMatchObject({ isBlocked: true, status: 'QUEUED' });
});

it('refuses a time that must be a mistake, and names the field', async () => {
  const { id } = await engine.enqueue('nothing');
  for (const far of ['2099-01-01T00:00:00Z', '9999-12-31T23:59:59-23:59'])
    await expect(engine.queue.reschedule(id, new Date(far), ada)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'runAt must be within the next 10 years.',
      issues: [{ path: 'runAt', message: 'must be within the next 10 years' }],
    });
});

it('refuses runs that are not queued', async () => {
  const { id } = await engine.enqueue('nothing');
  await engine.queue.cancel(id, ada);
  await expect(engine.queue.reschedule(id, null, ada)).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
    message: `Run #${id} is CANCELLED; only QUEUED runs can be given another time.`,
  });
  await expect(engine.queue.reschedule('999999', null, ada)).rejects.toMatchObject({ code: 'UNKNOWN_RUN' });
});

it('leaves alone a run that is claimed while it waits for the row', async () => {
  const { id } = await engine.enqueue('nothing');
  const claim = await engine.database.pool.connect();
  await claim.query('BEGIN');
  await claim.query(
    `UPDATE "JobRun" SET status = 'RUNNING', "claimNo" = 1, attempt = 1, "startedAt" = clock_timestamp(),
       "lastHeartbeatAt" = clock_timestamp(), "leaseToken" = gen_random_uuid(), "runnerId" = gen_random_uuid() WHERE id = $1`,
    [id],
  );
  const answer = engine.queue.reschedule(id, soon(60_000), ada).catch((error) => error);
  await untilStatementsWait(engine.database.pool);
  await claim.query('COMMIT');
  claim.release();
  expect(await answer).toMatchObject({ code: 'NOT_ALLOWED' });
  expect(await notesOn(id)).toEqual([]);
});
