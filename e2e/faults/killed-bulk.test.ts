import { setTimeout as delay } from 'node:timers/promises';
import { STEP_RUNS } from '@job-manager/engine/queue/bulk/step';
import { countEnded } from '@job-manager/engine/queue/transitions/count';
import { size } from '@job-manager/engine/testing/size';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Program } from './world/program.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

/** Runs of each of the two operations: one queues ended runs again, the other cancels runs that wait. */
const RUNS = size(10_000, 100_000);
/** Processes that are killed while they work on an operation: of each. */
const KILLS = size(3, 30);
/** How long a process may live after it has done its first step: at most. */
const MAX_WORK_MS = 100;
const CHANNEL = 'bulk';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

it(`does nothing twice and forgets nothing when what works a bulk operation is killed with -9 (${2 * KILLS} times)`, async () => {
  await addRuns();
  // So that all that is queued again still waits when it is counted.
  await call('POST', '/channels/default/pause', { reason: 'counted first' });
  const rerun = await killThrough({ action: 'rerun', filter: { jobName: 'broken', status: 'FAILED' } });
  const cancel = await killThrough({ action: 'cancel', filter: { channel: CHANNEL } });

  expect(await operation(rerun)).toMatchObject({ state: 'DONE', total: RUNS, done: RUNS, skipped: 0 });
  expect(await operation(cancel)).toMatchObject({ state: 'DONE', total: RUNS, done: RUNS, skipped: 0 });
  expect(await rerunsOfEach()).toEqual([{ reruns: 1, runs: RUNS }]);
  expect(await cancelsOfEach()).toEqual([{ status: 'CANCELLED', cancels: 1, runs: RUNS }]);
  const { batchId } = await operation(rerun);
  expect((await call('GET', `/batches/${batchId}`)).batch).toMatchObject({ total: RUNS, counts: { queued: RUNS } });
  expect(
    await rows(`SELECT action, count(*)::int FROM "AuditEvent" WHERE action LIKE 'bulk.%' GROUP BY 1 ORDER BY 1`),
  ).toEqual([
    { action: 'bulk.end', count: 2 },
    { action: 'bulk.start', count: 2 },
  ]);

  // The re-run is reverted, and what runs afterwards is judged as ever.
  await untilDone(await begin({ action: 'cancel', filter: { jobName: 'broken' } }));
  await call('POST', '/channels/default/resume');
  await world.startRunners(1, { concurrency: 100 });
  const verdict = await world.expectSoundRuns();
  reportFinding(
    'bulk operation killed with -9',
    [{ what: 'kills in the middle', count: kills, target: 2 * KILLS }],
    verdict,
    [`2 operations over ${RUNS.toLocaleString('en')} runs each`],
  );
});

let kills = 0;

/**
 * Starts an operation and kills the server at it, then one runner after the other: one process at a time is alive, so what
 * goes on is its work. The server that is started last does the rest.
 */
async function killThrough(request: object): Promise<string> {
  const id = await begin(request);
  for (let killed = 0; killed < KILLS; killed++) {
    if (await isKilledAtWork(id, killed === 0 ? world.server : world.startRunner())) kills += 1;
  }
  await world.restartServer('kill');
  await untilDone(id);
  return id;
}

const untilDone = (id: string) =>
  vi.waitFor(async () => expect(await stepsDone(id)).toBe(RUNS / STEP_RUNS), { timeout: 600_000, interval: 50 });

const rows = async (text: string, ...values: unknown[]) => (await world.database.pool.query(text, values)).rows;
const operation = async (id: string) => (await rows('SELECT * FROM "BulkOperation" WHERE id = $1', id))[0];

/** So many failed runs, and as many that wait for their time. */
async function addRuns(): Promise<void> {
  await rows(
    `WITH run AS (INSERT INTO "JobRun" ("jobName", status, parameters, error, "startedAt", "finishedAt", "durationMs", attempt, "claimNo")
     SELECT 'broken', 'FAILED', '{"ms": 1}', 'broken on purpose', now(), now(), 1, 1, 1 FROM generate_series(1, $1::int) RETURNING *
     ) ${countEnded('run')}`,
    RUNS,
  );
  await rows(
    `INSERT INTO "JobRun" ("jobName", channel, parameters, "runAt") SELECT 'wait', $2, '{"ms": 1}', now() + interval '1 day' FROM generate_series(1, $1::int)`,
    RUNS,
    CHANNEL,
  );
  const [{ id }] = await rows('SELECT max(id)::text AS id FROM "JobRun"');
  world.historyUpTo = id;
}

async function call(method: 'GET' | 'POST', path: string, body?: object) {
  const answer = await fetch(`${world.url}/api/admin/jobs${path}`, {
    method,
    headers: { authorization: `Bearer ${world.token}`, 'content-type': 'application/json' },
    body: method === 'POST' ? JSON.stringify(body ?? {}) : undefined,
  });
  const json = await answer.json();
  expect(answer.status, JSON.stringify(json)).toBeLessThan(300);
  // biome-ignore lint/suspicious/noExplicitAny: whatever a call of this test answers
  return json as any;
}

async function begin(request: object): Promise<string> {
  const { token, total } = await call('POST', '/bulk/preview', request);
  expect(total).toBe(RUNS);
  return (await call('POST', '/bulk', { token })).operation.id;
}

async function stepsDone(id: string): Promise<number> {
  return (await operation(id)).position / STEP_RUNS;
}

/** Kills a process at a random moment after it has done a step; reports whether there was still something to do. */
async function isKilledAtWork(id: string, program: Program): Promise<boolean> {
  const before = program === world.server ? 0 : await stepsDone(id);
  await program.ready;
  await vi.waitFor(async () => expect(await stepsDone(id)).toBeGreaterThan(before), { timeout: 60_000, interval: 5 });
  await delay(Math.random() * MAX_WORK_MS);
  await program.kill();
  return (await stepsDone(id)) < RUNS / STEP_RUNS;
}

/** How often each failed run was queued again, by how many there are of which. */
const rerunsOfEach = () =>
  rows(
    `SELECT reruns, count(*)::int AS runs FROM (
       SELECT o.id, count(r.id)::int AS reruns FROM "JobRun" o LEFT JOIN "JobRun" r ON r."rerunOfId" = o.id
       WHERE o.status = 'FAILED' AND o.id <= $1 GROUP BY 1) each GROUP BY 1 ORDER BY 1`,
    world.historyUpTo,
  );

/** How often each waiting run was cancelled, by its messages. */
const cancelsOfEach = () =>
  rows(
    `SELECT status, cancels, count(*)::int AS runs FROM (
       SELECT r.id, r.status::text, count(m."runId")::int AS cancels FROM "JobRun" r
       LEFT JOIN "JobRunMessage" m ON m."runId" = r.id AND m.message LIKE 'Cancelled while queued%'
       WHERE r.channel = $1 GROUP BY 1, 2) each GROUP BY 1, 2 ORDER BY 1, 2`,
    CHANNEL,
  );
