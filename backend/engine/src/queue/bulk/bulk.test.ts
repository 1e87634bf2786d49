import type { BulkRequest } from '@job-manager/shared/contract/bulk';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readAuditLog } from '../../store/audit-log.js';
import { TestEngine } from '../../testing/engine.js';
import { defineJob } from '../job.js';
import { createRegistry } from '../registry.js';
import { countEnded } from '../transitions/count.js';
import type { BulkActor } from './bulk.js';
import { BulkWorker } from './bulk-worker.js';
import { type Choice, chooseRuns } from './choose-runs.js';
import { STEP_RUNS } from './step.js';

const work = defineJob({
  name: 'work',
  description: 'Works',
  examples: ['work'],
  algorithmVersion: '1',
  parameters: z.object({ n: z.number().optional() }),
  run: async () => {},
});
const ADA: BulkActor = {
  userId: null,
  email: 'ada@example.com',
  ip: null,
  userAgent: null,
  tokenId: null,
  trigger: 'MANUAL',
};

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create([work]);
});
afterAll(() => engine.close());
beforeEach(() => engine.clear());

const worker = (pool: Pick<pg.Pool, 'connect' | 'query'> = engine.database.pool) =>
  new BulkWorker({ pool, registry: createRegistry([work]), events: engine.events, notifier: engine.notifier });
const rows = async (text: string, ...values: unknown[]) => (await engine.database.pool.query(text, values)).rows;

/** So many ended runs of the job, the parameters of each its number. */
const ended = (count: number, status = 'FAILED') =>
  rows(
    `WITH run AS (INSERT INTO "JobRun" ("jobName", status, parameters, error, "startedAt", "finishedAt", "durationMs", attempt, "claimNo")
     SELECT 'work', $2::"JobRunStatus", jsonb_build_object('n', n), 'No disk', now(), now(), 1, 1, 1 FROM generate_series(1, $1::int) n RETURNING *
     ) ${countEnded('run')}`,
    count,
    status,
  );
const preview = (request: BulkRequest) => engine.queue.bulk.preview(request, ADA);
async function begin(request: BulkRequest): Promise<string> {
  const { token } = await preview(request);
  const operation = await engine.queue.bulk.begin(token, ADA);
  if (!operation) throw new Error('The operation did not begin');
  return operation.id;
}
const operation = async (id: string) => (await rows('SELECT * FROM "BulkOperation" WHERE id = $1', id))[0];
/** How often each ended run was queued again, by how many there are of which. */
const rerunsOfEach = () =>
  rows(
    `SELECT reruns, count(*)::int AS runs FROM (
       SELECT o.id, count(r.id)::int AS reruns FROM "JobRun" o LEFT JOIN "JobRun" r ON r."rerunOfId" = o.id
       WHERE o.status = 'FAILED' GROUP BY 1) each GROUP BY 1 ORDER BY 1`,
  );

it('re-runs exactly the failed runs of its preview, as one batch that can be cancelled', async () => {
  await ended(60);
  await ended(2, 'SUCCESS');
  const request: BulkRequest = { action: 'rerun', filter: { jobName: 'work', status: 'FAILED' } };
  const seen = await preview(request);
  expect(seen).toMatchObject({
    total: 60,
    isCut: false,
    byJob: [{ jobName: 'work', runs: 60 }],
    byStatus: [{ status: 'FAILED', runs: 60 }],
  });
  expect(seen.first).toHaveLength(10);
  await ended(1);
  const { id } = (await engine.queue.bulk.begin(seen.token, ADA)) ?? {};
  expect((await engine.queue.bulk.begin(seen.token, ADA))?.id).toBe(id);
  await worker().tick();
  expect(await rerunsOfEach()).toEqual([
    { reruns: 0, runs: 1 },
    { reruns: 1, runs: 60 },
  ]);
  const { batchId, ...done } = await operation(String(id));
  expect(done).toMatchObject({ state: 'DONE', total: 60, done: 60, skipped: 0, runIds: [] });
  expect(await rows('SELECT name, total, "createdBy" FROM "JobRunBatch" WHERE id = $1', batchId)).toEqual([
    { name: 'Re-run of 60 runs of work', total: 60, createdBy: 'ada@example.com' },
  ]);
  const queued = `SELECT r.id FROM "JobRun" r JOIN "JobRun" o ON o.id = r."rerunOfId" WHERE r."batchId" = $1 AND r.parameters = o.parameters`;
  expect(await rows(queued, batchId)).toHaveLength(60);
  expect(await engine.queue.cancelBatch(batchId, ADA)).toMatchObject({ cancelled: 60 });
  expect(await engine.violations()).toEqual({});
});

it('does everything exactly once when processes end in the middle', async () => {
  await ended(2 * STEP_RUNS + 200);
  const id = await begin({ action: 'rerun', filter: { status: 'FAILED' } });
  await expect(worker(failingAtCommit(2)).tick()).rejects.toThrow();
  expect(await operation(id)).toMatchObject({ state: 'RUNNING', position: STEP_RUNS, done: STEP_RUNS });
  await Promise.all([worker().tick(), worker().tick()]);
  await worker().tick();
  expect(await operation(id)).toMatchObject({ state: 'DONE', done: 2 * STEP_RUNS + 200, skipped: 0 });
  expect(await rerunsOfEach()).toEqual([{ reruns: 1, runs: 2 * STEP_RUNS + 200 }]);
  expect(await rows(`SELECT total FROM "JobRunBatch"`)).toEqual([{ total: 2 * STEP_RUNS + 200 }]);
  expect(await engine.violations()).toEqual({});
});

/** The engine's pool, as a process has it that is killed before the given commit. */
function failingAtCommit(wanted: number): Pick<pg.Pool, 'connect' | 'query'> {
  const { pool } = engine.database;
  let commits = 0;
  const connect = async () => {
    const client = await pool.connect();
    const query = async (text: string, values?: unknown[]) => {
      if (text === 'COMMIT' && ++commits === wanted) {
        const killed = new Promise((resolve) => client.once('end', resolve));
        client.once('error', () => {});
        await pool.query('SELECT pg_terminate_backend($1)', [(client as unknown as { processID: number }).processID]);
        await killed;
      }
      return client.query(text, values);
    };
    return { query, release: (error?: Error) => client.release(error) };
  };
  return { query: pool.query.bind(pool), connect: connect as unknown as pg.Pool['connect'] };
}

it('stops between two steps when it is aborted, and leaves the rest untouched', async () => {
  await rows(
    `INSERT INTO "JobRun" ("jobName", channel) SELECT 'work', 'mail' FROM generate_series(1, $1::int)`,
    STEP_RUNS + 1,
  );
  const id = await begin({ action: 'cancel', filter: { channel: 'mail' } });
  await expect(worker(failingAtCommit(2)).tick()).rejects.toThrow();
  expect(await engine.queue.bulk.abort(id, ADA)).toMatchObject({ state: 'ABORTED', abortedBy: 'ada@example.com' });
  expect(await worker().tick()).toBe(0);
  const states = 'SELECT status, count(*)::int AS runs FROM "JobRun" GROUP BY 1 ORDER BY 1';
  expect(await rows(states)).toEqual([
    { status: 'QUEUED', runs: 1 },
    { status: 'CANCELLED', runs: STEP_RUNS },
  ]);
});

it('skips what has changed since the preview, and reports how many', async () => {
  const ids = [];
  for (let n = 0; n < 3; n++) ids.push((await engine.enqueue('work')).id);
  const id = await begin({ action: 'cancel', ids });
  await engine.queue.cancel(ids[0] ?? '', ADA);
  await worker().tick();
  expect(await operation(id)).toMatchObject({
    state: 'DONE',
    done: 2,
    skipped: 1,
    problems: { 'ended or requested to stop meanwhile': 1 },
  });
  expect(await preview({ action: 'cancel', ids: [...ids, '999999'] })).toMatchObject({
    total: 0,
    found: 3,
    inOtherState: [{ status: 'CANCELLED', runs: 3 }],
  });
});

it('takes active runs apart by what they do now', async () => {
  const later = { delayMs: 3_600_000 };
  const { id: scheduled } = await engine.enqueue('work', {}, later);
  const { id: blocked } = await engine.enqueue('work', {}, { after: [scheduled] });
  const { id: due } = await engine.enqueue('work');
  const { id: retrying } = await engine.enqueue('work', {}, later);
  await rows('UPDATE "JobRun" SET "claimNo" = 1, attempt = 1 WHERE id = $1', retrying);
  const firstOf = async (state: 'running' | 'due' | 'retrying' | 'scheduled' | 'blocked') =>
    (await preview({ action: 'cancel', filter: { state } })).first.map(String);
  expect({
    scheduled: await firstOf('scheduled'),
    blocked: await firstOf('blocked'),
    due: await firstOf('due'),
    retrying: await firstOf('retrying'),
    running: await firstOf('running'),
  }).toEqual({ scheduled: [scheduled], blocked: [blocked], due: [due], retrying: [retrying], running: [] });
});

it('purges what waits in a channel, and leaves what runs there and what waits elsewhere', async () => {
  await rows(
    `INSERT INTO "JobRun" ("jobName", channel, status, "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt", attempt, "claimNo")
     VALUES ('work', 'mail', 'RUNNING', gen_random_uuid(), gen_random_uuid(), now(), now(), 1, 1)`,
  );
  await engine.enqueue('work', {}, { channel: 'mail' });
  await engine.enqueue('work', {}, { channel: 'mail', delayMs: 60_000 });
  await engine.enqueue('work');
  await begin({ action: 'purge', filter: { channel: 'mail' }, reason: 'sent twice' });
  await worker().tick();
  expect(await rows('SELECT channel, status FROM "JobRun" ORDER BY id')).toEqual([
    { channel: 'mail', status: 'RUNNING' },
    { channel: 'mail', status: 'CANCELLED' },
    { channel: 'mail', status: 'CANCELLED' },
    { channel: 'default', status: 'QUEUED' },
  ]);
  const [note] = await rows(`SELECT message FROM "JobRunMessage" WHERE message LIKE 'Cancelled%' LIMIT 1`);
  expect(note.message).toBe('Cancelled while queued, by ada@example.com, all that waited in channel mail: sent twice');
});

it('takes the reason that is given when it begins, and shows it with the operation, its runs and in the audit log', async () => {
  const { id: waiting } = await engine.enqueue('work', {}, { channel: 'mail' });
  const { token } = await preview({ action: 'purge', filter: { channel: 'mail' }, reason: 'the first' });
  const { id } = (await engine.queue.bulk.begin(token, ADA, 'sent twice')) ?? {};
  await worker().tick();
  expect((await operation(String(id))).request).toMatchObject({ reason: 'sent twice', filter: { channel: 'mail' } });
  expect(
    await rows(`SELECT message FROM "JobRunMessage" WHERE "runId" = $1 AND message LIKE '%sent twice%'`, waiting),
  ).toHaveLength(1);
  expect(
    await rows(
      `SELECT details ->> 'reason' AS reason FROM "AuditEvent" WHERE action = 'bulk.start' ORDER BY id DESC LIMIT 1`,
    ),
  ).toEqual([{ reason: 'sent twice' }]);
});

it('purges 14 with what waits for their success, and is one entry of the activity with the number', async () => {
  const waiting = await Promise.all(Array.from({ length: 14 }, () => engine.enqueue('work', {}, { channel: 'mail' })));
  const first = waiting[0]?.id ?? '';
  const { id: dependent } = await engine.enqueue('work', {}, { after: [first] });
  await begin({ action: 'purge', filter: { channel: 'mail' } });
  await worker().tick();
  expect(await rows(`SELECT status, count(*)::int AS runs FROM "JobRun" WHERE channel = 'mail' GROUP BY 1`)).toEqual([
    { status: 'CANCELLED', runs: 14 },
  ]);
  expect(await rows('SELECT status FROM "JobRun" WHERE id = $1', dependent)).toEqual([{ status: 'CANCELLED' }]);
  const notes = await rows('SELECT message FROM "JobRunMessage" WHERE "runId" = $1', dependent);
  expect(notes.map(({ message }) => message)).toEqual([expect.stringContaining(`#${first}`)]);
  const activity = await readAuditLog(engine.database.pool, { about: 'maintenance' }, { limit: 20 });
  expect(activity.map(({ action, details }) => [action, details])).toEqual([
    ['bulk.end', expect.objectContaining({ runs: 14, done: 14 })],
  ]);
});

it('gives runs that wait another priority, or has them due now', async () => {
  const { id: late } = await engine.enqueue('work', {}, { delayMs: 3_600_000 });
  const { id: due } = await engine.enqueue('work');
  await begin({ action: 'reschedule', ids: [late, due], priority: 7 });
  await worker().tick();
  expect([(await engine.run(late)).priority, (await engine.run(due)).priority]).toEqual([7, 7]);
  const before = await rows('SELECT "runAt" > now() AS later FROM "JobRun" WHERE id = $1', late);
  await begin({ action: 'reschedule', ids: [late] });
  await worker().tick();
  expect([before, await rows('SELECT "runAt" > now() AS later FROM "JobRun" WHERE id = $1', late)]).toEqual([
    [{ later: true }],
    [{ later: false }],
  ]);
});

it('counts runs whose job refuses their parameters, and queues the others', async () => {
  await ended(2);
  await rows(`UPDATE "JobRun" SET parameters = '{"n": "many"}' WHERE id = (SELECT min(id) FROM "JobRun")`);
  const id = await begin({ action: 'rerun', filter: { status: 'FAILED' } });
  await worker().tick();
  expect(await operation(id)).toMatchObject({ done: 1, skipped: 1, problems: { 'work refuses the parameters': 1 } });
});

it('re-runs what the conditions of the history match, and all of them by several previews', async () => {
  await ended(40);
  await rows(`UPDATE "JobRun" SET channel = 'mail' WHERE (parameters ->> 'n')::int % 4 = 0`);
  await rows(`UPDATE "JobRun" SET "finishedAt" = "finishedAt" - id * interval '1 s'`);
  const request: BulkRequest = { action: 'rerun', filter: { channel: 'mail', not: 'status', status: 'SUCCESS' } };
  expect(await preview(request)).toMatchObject({ total: 10, isCut: false, searchedBackTo: null, rest: null });
});

it('takes up with the rest what one operation has no room for, and does nothing twice', async () => {
  await ended(50);
  // Ten of each moment: a cut in the middle of them leaves all ten to the rest.
  await rows(
    `UPDATE "JobRun" SET "finishedAt" = date_trunc('hour', now()) + (parameters ->> 'n')::int / 10 * interval '1 s'`,
  );
  const first = await chooseRuns(engine.database.pool, { action: 'rerun', filter: { status: 'FAILED' } }, 25);
  const second = await chooseRuns(
    engine.database.pool,
    { action: 'rerun', filter: { status: 'FAILED', from: first.rest?.from?.toISOString() } },
    35,
  );
  const chosen = async ({ selection }: Choice) => (await rows(selection.text, ...selection.values)).map(({ id }) => id);
  const all = [...(await chosen(first)), ...(await chosen(second))];
  expect([first.isCut, second.isCut, second.rest]).toEqual([true, false, null]);
  expect([all.length, new Set(all).size]).toEqual([50, 50]);
});

it('reports how far it read for a condition without an index, and the rest is behind that', async () => {
  await ended(50);
  await rows(
    `UPDATE "JobRun" SET scope = 'x', "finishedAt" = date_trunc('hour', now()) + (parameters ->> 'n')::int / 10 * interval '1 s'`,
  );
  const request = { action: 'rerun' as const, filter: { scope: 'x' } };
  const first = await chooseRuns(engine.database.pool, request, 25);
  const to = first.rest?.to?.toISOString();
  expect(first).toMatchObject({ isCut: true, searchedBackTo: first.rest?.to });
  const second = await chooseRuns(engine.database.pool, { ...request, filter: { ...request.filter, to } }, 50);
  const ids = [...new Set([first, second].flatMap(({ selection }) => selection.values[0] as string[]))];
  expect([ids.length, second.rest]).toEqual([50, null]);
});

describe('force-failing many', () => {
  const running = async (count: number, since = '0 s') =>
    (
      await rows(
        `INSERT INTO "JobRun" ("jobName", channel, status, "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt", attempt, "claimNo", "cancelRequestedAt")
         SELECT 'work', 'mail', 'RUNNING', gen_random_uuid(), gen_random_uuid(), now(), now(), 1, 1,
           CASE WHEN $2 <> '0 s' THEN clock_timestamp() - $2::interval END FROM generate_series(1, $1::int) RETURNING id::text`,
        count,
        since,
      )
    ).map(({ id }) => id as string);

  it('requests them to stop, fails those that had their grace, and the others once it is over', async () => {
    const fresh = await running(2);
    const ignoring = await running(3, '1 hour');
    await engine.enqueue('work', {}, { channel: 'mail' });
    const seen = await preview({ action: 'forceFail', filter: { channel: 'mail' }, graceMs: 60_000, reason: 'stuck' });
    expect(seen).toMatchObject({ total: 5, byStatus: [{ status: 'RUNNING', runs: 5 }] });
    expect(await preview({ action: 'forceFail', filter: { isStopping: true } })).toMatchObject({ total: 3 });
    expect(await preview({ action: 'forceFail', ids: ignoring })).toMatchObject({ total: 3, inOtherState: [] });
    const { id } = (await engine.queue.bulk.begin(seen.token, ADA)) ?? {};
    await worker().tick();
    expect(await operation(String(id))).toMatchObject({ state: 'DONE', done: 5, skipped: 0 });
    const states = `SELECT status::text, "cancelRequestedAt" IS NOT NULL AS asked, left(error, 40) AS error, count(*)::int AS runs FROM "JobRun" WHERE status <> 'QUEUED' GROUP BY 1, 2, 3 ORDER BY 1`;
    expect(await rows(states)).toEqual([
      { status: 'FAILED', asked: true, error: 'Force-failed by ada@example.com: stuck', runs: 3 },
      { status: 'RUNNING', asked: true, error: null, runs: 2 },
    ]);
    // Their grace period is over, and the process that did the step has ended: the sweep does the rest.
    await rows(
      `UPDATE "JobRun" SET "cancelRequestedAt" = "cancelRequestedAt" - interval '2 min' WHERE id = ANY($1::bigint[])`,
      fresh,
    );
    await engine.rescuer.tick();
    expect(await rows(states)).toEqual([
      { status: 'FAILED', asked: true, error: 'Force-failed by ada@example.com: stuck', runs: 5 },
    ]);
    expect(await engine.violations()).toEqual({});
  });

  it('fails them at once without a grace', async () => {
    await running(3);
    const id = await begin({ action: 'forceFail', filter: { jobName: 'work' }, graceMs: 0 });
    await worker().tick();
    expect(await operation(id)).toMatchObject({ state: 'DONE', done: 3 });
    expect(await rows(`SELECT status::text FROM "JobRun" GROUP BY 1`)).toEqual([{ status: 'FAILED' }]);
    expect(await engine.violations()).toEqual({});
  });
});

it('re-runs what waited for each other as a chain of the same shape, without what would wait for nothing', async () => {
  await ended(5, 'SUCCESS');
  const ids = (await rows('SELECT id FROM "JobRun" ORDER BY id')).map(({ id }) => String(id));
  const [first, second, third, refused, behind] = ids;
  const waits = (id: string | undefined, others: (string | undefined)[], when: string) =>
    rows(
      'UPDATE "JobRun" SET "dependsOn" = $2::bigint[], "waitsFor" = $3::"WaitCondition" WHERE id = $1',
      id,
      others,
      when,
    );
  await waits(second, [first], 'SUCCEEDED');
  await waits(third, [first, second], 'FINISHED');
  await waits(behind, [refused], 'FINISHED');
  await rows(`UPDATE "JobRun" SET parameters = '{"n": "many"}' WHERE id = $1`, refused);
  const id = await begin({ action: 'rerun', ids });
  await worker().tick();
  const { batchId, done, problems } = await operation(id);
  expect({ done, problems }).toEqual({
    done: 3,
    problems: { 'work refuses the parameters': 1, 'it waits for one that is left out': 1 },
  });
  const shape = `SELECT r."rerunOfId"::text AS of, r."isBlocked", r."waitsFor",
      ARRAY(SELECT p."rerunOfId"::text FROM unnest(r."dependsOn") d JOIN "JobRun" p ON p.id = d ORDER BY 1) AS after
    FROM "JobRun" r WHERE r."batchId" = $1 ORDER BY r."rerunOfId"`;
  expect(await rows(shape, batchId)).toEqual([
    { of: first, isBlocked: false, waitsFor: null, after: [] },
    { of: second, isBlocked: true, waitsFor: 'SUCCEEDED', after: [first] },
    { of: third, isBlocked: true, waitsFor: 'FINISHED', after: [first, second] },
  ]);
  expect(await engine.violations()).toEqual({});
});

it('begins for the caller of the preview alone', async () => {
  await engine.enqueue('work');
  const { token } = await preview({ action: 'cancel', filter: { jobName: 'work' } });
  expect(await engine.queue.bulk.begin(token, { ...ADA, tokenId: crypto.randomUUID() })).toBeNull();
  await rows(`UPDATE "BulkOperation" SET "createdAt" = now() - interval '1 hour'`);
  expect(await engine.queue.bulk.begin(token, ADA)).toBeNull();
});
