import { setTimeout as delay } from 'node:timers/promises';
import { size } from '@job-manager/engine/testing/size';
import { EMERGENCY_CONFIRMATION } from '@job-manager/shared/contract/recovery';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addHistory } from '../../scripts/bench/history-rows.js';
import { reportFinding } from './world/report.js';
import { anyRun, World } from './world/world.js';

const KILLS = size(10, 400);
const EMERGENCIES = size(2, 60);
const FORCED = size(6, 300);
/** Runs of the past that are imported meanwhile, so many times; half of them are past their time and removed. */
const IMPORTS = size(3, 30);
const IMPORTED = size(1_000, 10_000);
const KILL_LANES = 3;
const MAX_MS = 400;
const HEEDLESS_MS = 2_000;

let world: World;
beforeAll(async () => {
  world = await World.create({ JOBS_MAINTENANCE_MS: '500' });
});
afterAll(() => world?.close());

it(`keeps counters and histograms true to the rows through kills, force, retention and imports (${KILLS} kills)`, async () => {
  // Ids for the past, below those of the runs that are judged.
  world.historyUpTo = String(IMPORTS * IMPORTED);
  await query(`SELECT setval('"JobRun_id_seq"', $1)`, world.historyUpTo);
  const survivors = await world.startRunners(2);
  const counts = { kills: 0, failed: 0, forced: 0 };
  await Promise.all([
    ...Array.from({ length: KILL_LANES }, (_, lane) => killRunners(counts, lane)),
    cleanUpInEmergency(counts),
    forceFail(counts),
    importPast(),
  ]);
  await world.untilQuiet(600_000);
  // Rows against counters, hours against days, causes against failures: the rules of the engine check it.
  const verdict = await world.expectAllRight();
  for (const runner of survivors) expect(runner.isRunning).toBe(true);
  await Promise.all(survivors.map((runner) => runner.stop()));

  const removed = await expectTotals(world.enqueuer.acknowledged.size);
  const kept = await expectHistograms();
  await expectChannels();
  const injected = [
    { what: 'kills', count: counts.kills, target: KILLS },
    { what: 'runs failed by emergency clean-ups', count: counts.failed, target: EMERGENCIES },
    { what: 'runs failed by force', count: counts.forced, target: Math.floor(FORCED / 2) },
    { what: 'imported runs removed by retention', count: removed, target: (IMPORTS * IMPORTED) / 4 },
  ];
  reportFinding('figures that are kept', injected, verdict, [`${kept} of the runs that succeeded are in histograms`]);
});

const query = async <Row extends object>(text: string, ...values: unknown[]): Promise<Row[]> =>
  (await world.database.pool.query<Row>(text, values)).rows;

async function killRunners(counts: { kills: number }, lane: number): Promise<void> {
  for (let kill = lane; kill < KILLS; kill += KILL_LANES) {
    await world.enqueueMany(4, () => anyRun(MAX_MS));
    const runner = world.startRunner();
    await runner.ready;
    await delay(Math.random() * MAX_MS);
    if (await runner.kill()) counts.kills += 1;
  }
}

async function cleanUpInEmergency(counts: { failed: number }): Promise<void> {
  for (let time = 0; time < EMERGENCIES; time++) {
    await world.enqueueMany(5, () => ({ jobName: 'wait', parameters: { ms: HEEDLESS_MS } }));
    await world.untilRunning(1);
    const { serverTime } = await call<{ serverTime: string }>('GET', 'emergency-cleanup');
    const order = { confirmation: EMERGENCY_CONFIRMATION, startedBefore: serverTime };
    counts.failed += (await call<{ failed: number }>('POST', 'emergency-cleanup', order)).failed;
  }
}

async function forceFail(counts: { forced: number }): Promise<void> {
  for (let time = 0; time < FORCED; time++) {
    const id = await world.enqueuer.enqueue('heedless', { ms: HEEDLESS_MS });
    while ((await statusOf(id)) === 'QUEUED') await delay(50);
    // One that ended, or went back to the queue with its runner, meanwhile is refused.
    const answer = await send('POST', `${id}/force-fail`, { graceMs: 0 });
    if (answer.ok && (await statusOf(id)) === 'FAILED') counts.forced += 1;
  }
}

async function importPast(): Promise<void> {
  for (let part = 0; part < IMPORTS; part++) await addHistory(world.database, IMPORTED, part * IMPORTED);
}

const statusOf = async (id: string): Promise<string | undefined> =>
  (await query<{ status: string }>('SELECT status::text FROM "JobRun" WHERE id = $1', id))[0]?.status;

function send(method: string, path: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${world.token}`, 'content-type': 'application/json' };
  return fetch(`${world.url}/api/admin/jobs/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}

async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await send(method, path, body);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as Answer;
}

/**
 * Each run that was acknowledged, and each of the past, is counted as ended once, removed or not. Returns how many were
 * removed.
 */
async function expectTotals(acknowledged: number): Promise<number> {
  const [counted] = await query<{ hours: number; days: number; removed: number }>(
    `SELECT (SELECT sum(runs)::int FROM (SELECT runs FROM "JobRunCount" UNION ALL SELECT runs FROM "JobRunRemoved" WHERE step = 'HOUR') h) AS hours,
       (SELECT sum(runs)::int FROM (SELECT runs FROM "JobRunDayCount" UNION ALL SELECT runs FROM "JobRunRemoved" WHERE step = 'DAY') d) AS days,
       (SELECT coalesce(sum(runs), 0)::int FROM "JobRunRemoved" WHERE step = 'DAY') AS removed`,
  );
  const ended = acknowledged + IMPORTS * IMPORTED;
  expect(counted).toMatchObject({ hours: ended, days: ended });
  return counted?.removed ?? 0;
}

/** Of the runs of a job that succeeded: all, those in runners that were not killed, and those in its histogram. */
interface Kept {
  jobName: string;
  all: number;
  safe: number;
  kept: number;
}

/** A killed runner loses what it collected and did not write yet, and no other does; nothing is counted twice. */
async function expectHistograms(): Promise<number> {
  const jobs = await query<Kept>(
    `SELECT r."jobName", count(*)::int AS all, count(*) FILTER (WHERE n.status = 'STOPPED')::int AS safe,
       coalesce((SELECT sum(runs)::int FROM "JobRunHistogram" h WHERE h."jobName" = r."jobName" AND measure = 'duration' AND step = 'HOUR'), 0) AS kept
     FROM "JobRun" r JOIN "Runner" n ON n.id = r."runnerId" WHERE r.status = 'SUCCESS' AND r.id > $1 GROUP BY 1`,
    world.historyUpTo,
  );
  expect(jobs.map(({ jobName }) => jobName)).toEqual(expect.arrayContaining(['wait', 'fragile', 'hold']));
  expect(jobs.filter(({ safe }) => safe > 0)).not.toEqual([]);
  expect(jobs.filter(({ all, safe, kept }) => kept > all || kept < safe)).toEqual([]);
  // Of each measure, all jobs together are the sum of each, and buckets hold as many values as are counted.
  const torn = await query(
    `SELECT step, at, measure FROM "JobRunHistogram" GROUP BY 1, 2, 3
     HAVING sum(runs) FILTER (WHERE "jobName" = '') IS DISTINCT FROM sum(runs) FILTER (WHERE "jobName" <> '')
       OR sum(total) FILTER (WHERE "jobName" = '') IS DISTINCT FROM sum(total) FILTER (WHERE "jobName" <> '')
       OR sum(runs) <> sum((SELECT sum(b) FROM unnest(buckets) b))`,
  );
  expect(torn).toEqual([]);
  return jobs.reduce((sum, { kept }) => sum + kept, 0);
}

/** What ended by channel is reported by the runners, too: at most what the counters of jobs know. */
async function expectChannels(): Promise<void> {
  const [counted] = await query<{ all: number; safe: number; total: number; minutes: number }>(
    `SELECT count(*)::int AS all, count(*) FILTER (WHERE n.status = 'STOPPED' AND r.status = 'SUCCESS')::int AS safe,
       (SELECT coalesce(sum(success + failed + cancelled), 0)::int FROM "ChannelEnded" WHERE step = 'EVER') AS total,
       (SELECT coalesce(sum(success + failed + cancelled), 0)::int FROM "ChannelEnded" WHERE step = 'MINUTE') AS minutes
     FROM "JobRun" r LEFT JOIN "Runner" n ON n.id = r."runnerId" WHERE r.id > $1`,
    world.historyUpTo,
  );
  expect(counted?.total).toBe(counted?.minutes);
  expect(counted?.total).toBeGreaterThanOrEqual(counted?.safe ?? Number.POSITIVE_INFINITY);
  expect(counted?.total).toBeLessThanOrEqual(counted?.all ?? 0);
}
