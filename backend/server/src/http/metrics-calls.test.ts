import { readFile } from 'node:fs/promises';
import { Histograms } from '@job-manager/engine/queue/histograms';
import { collectCauses } from '@job-manager/engine/queue/maintenance/causes';
import { countEnded } from '@job-manager/engine/queue/transitions/count';
import { removeRuns } from '@job-manager/engine/queue/transitions/prune';
import { summarizeFigures } from '@job-manager/engine/store/figures';
import type { Sql } from '@job-manager/engine/store/sql';
import { someRunner } from '@job-manager/engine/testing/some-runner';
import type { FailuresAnswer } from '@job-manager/shared/contract/failures';
import type { SystemHealth } from '@job-manager/shared/contract/health';
import type { Issue, IssuesAnswer } from '@job-manager/shared/contract/issues';
import type { MetricsAnswer, PulseAnswer } from '@job-manager/shared/contract/metrics';
import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { bucketBounds, emptyBuckets } from '@job-manager/shared/histogram';
import { metricMeasures } from '@job-manager/shared/metrics';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestTimes } from '../health/request-times.js';
import { SystemSampler } from '../health/system-sampler.js';
import { readFailureCauses } from '../metrics/failure-causes.js';
import { readJobFigures } from '../metrics/job-figures.js';
import type { JobTimes } from '../metrics/job-times.js';
import { type MetricsRequest, readMetrics } from '../metrics/read-metrics.js';
import { spanOf } from '../metrics/span.js';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
});
afterAll(() => server.stop());
beforeEach(() =>
  query(
    'TRUNCATE "JobRunCount", "JobRunRemoved", "QueueSample", "JobRunEnded", "JobRunHistogram", "RunnerBeat", "Runner"',
  ),
);

const someHealth = {
  verdict: 'OK',
  database: { latencyMs: 2 },
  notifications: { roundTripMs: null },
} as SystemHealth;

const NOW = Date.now();
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const query = (text: string, values: unknown[] = []) => server.database.pool.query(text, values);
const call = (path: string) =>
  send(server.url, { path: `/api/admin/jobs${path}`, headers: { authorization: `Bearer ${admin.token}` } });
const get = async <T = MetricsAnswer>(path: string): Promise<T> => {
  const answer = await call(path);
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
};
/** The begin of this hour, or so many before. Answers are kept for a while, so each test uses a day of its own. */
const hour = (ago: number) => new Date(Math.floor(NOW / HOUR_MS) * HOUR_MS - ago * HOUR_MS);
const day = (ago: number) => new Date(Math.floor(NOW / DAY_MS) * DAY_MS - ago * DAY_MS);
const range = (from: Date, to: Date) => `from=${from.toISOString()}&to=${to.toISOString()}`;
const count = (at: Date, jobName: string, status: string, runs: number) =>
  query(`INSERT INTO "JobRunCount" VALUES ($1, $2, $3::"JobRunStatus", $4, 0)`, [at, jobName, status, runs]);
const pointsOf = ({ series }: Pick<MetricsAnswer, 'series'>) =>
  Object.fromEntries(
    series.map(({ measure, group, isRest, points }) => [`${measure} ${isRest ? 'rest' : (group ?? 'all')}`, points]),
  );

it('has of each job how long a day of runs took and waited, and how long those of a week before took', async () => {
  const values = (bucket: number, runs: number) =>
    emptyBuckets().map((none, index) => (index === bucket ? runs : none));
  const add = (at: Date, measure: string, bucket: number, runs: number) =>
    query(`INSERT INTO "JobRunHistogram" VALUES ($1, 'echo', $2, $3, 0, 86400000, $4)`, [
      at,
      measure,
      runs,
      values(bucket, runs),
    ]);
  await add(hour(1), 'duration', 20, 9);
  await add(hour(20), 'duration', 30, 1);
  await add(hour(2), 'wait', 10, 5);
  await add(day(4), 'duration', 15, 3);
  const { jobs } = await get<{ jobs: (JobTimes & { jobName: string })[] }>('/definitions/activity');
  const echo = jobs.find(({ jobName }) => jobName === 'echo');
  const isIn = (value: number | null | undefined, bucket: number) => {
    expect(value).toBeGreaterThan(bucketBounds[bucket - 1] ?? 0);
    expect(value).toBeLessThanOrEqual(bucketBounds[bucket] ?? 0);
  };
  isIn(echo?.took?.p50, 20);
  isIn(echo?.took?.p95, 30);
  isIn(echo?.waitedP95, 10);
  isIn(echo?.tookBeforeP50, 15);
});

it('has of each job what ended in days of UTC with today, what was removed since included', async () => {
  const jobOf = async (range: string) => {
    const { jobs, since } = await get<{ jobs: (JobTimes & { jobName: string; success: number })[]; since: string }>(
      `/definitions/activity?range=${range}`,
    );
    return { job: jobs.find(({ jobName }) => jobName === 'nap'), since };
  };
  const before = { week: await jobOf('7d'), month: await jobOf('30d') };
  expect([before.week.since, before.month.since]).toEqual([day(6).toISOString(), day(29).toISOString()]);
  await count(day(6), 'nap', 'SUCCESS', 5);
  await count(day(7), 'nap', 'SUCCESS', 7);
  await count(day(30), 'nap', 'SUCCESS', 100);
  await query(`UPDATE "JobRunCount" SET runs = runs - 4 WHERE "jobName" = 'nap' AND runs = 5`);
  const gained = async (range: '7d' | '30d', from: { job?: { success: number } }) =>
    ((await jobOf(range)).job?.success ?? 0) - (from.job?.success ?? 0);
  expect([await gained('7d', before.week), await gained('30d', before.month)]).toEqual([5, 12]);
});

it('counts what ended by hours, what was removed since included, and compares it with the time before', async () => {
  await count(hour(30), 'echo', 'SUCCESS', 2);
  await count(hour(4), 'echo', 'SUCCESS', 5);
  await count(hour(4), 'echo', 'FAILED', 1);
  await count(hour(2), 'nap', 'FAILED', 3);
  await query(`UPDATE "JobRunCount" SET runs = runs - 4 WHERE runs = 5`);
  const read = await get(
    `/metrics?measures=completed,failed,failureRate&${range(hour(5), hour(1))}&step=${HOUR_MS}&compare=true`,
  );
  expect(read).toMatchObject({ from: hour(5).toISOString(), to: hour(1).toISOString(), stepMs: HOUR_MS });
  expect(pointsOf(read)).toEqual({
    'completed all': [0, 5, 0, 0],
    'failed all': [0, 1, 0, 3],
    'failureRate all': [null, 1 / 6, null, 1],
  });
  expect(read.series.map(({ total }) => total)).toEqual([5, 4, 4 / 9]);
  expect(read.previous).toMatchObject({ from: hour(9).toISOString(), to: hour(5).toISOString() });
  expect(read.since).toBe(new Date(Math.floor(hour(30).getTime() / DAY_MS) * DAY_MS).toISOString());
});

it('sums up to what the history has in all for the same filter', async () => {
  const end = (at: Date, jobName: string, status: string, runs: number) =>
    query(
      `WITH ended AS (
         INSERT INTO "JobRun" ("jobName", status, "finishedAt")
         SELECT $1, $2::"JobRunStatus", $3::timestamptz + n * interval '1 minute' FROM generate_series(1, $4::int) n RETURNING *
       ), counted AS (${countEnded('ended')}) SELECT FROM ended`,
      [jobName, status, at, runs],
    );
  await end(hour(304), 'echo', 'SUCCESS', 7);
  await end(hour(303), 'echo', 'FAILED', 5);
  await end(hour(302), 'nap', 'SUCCESS', 3);
  await end(hour(302), 'nap', 'CANCELLED', 2);
  // Outside of the range.
  await end(hour(306), 'echo', 'SUCCESS', 11);
  await end(hour(300), 'nap', 'FAILED', 13);
  const within = range(hour(305), hour(301));
  for (const [of, expected] of [
    ['', [10, 5, 2]],
    ['&jobName=echo', [7, 5, 0]],
    ['&jobName=nap', [3, 0, 2]],
  ] as const) {
    const { series } = await get(`/metrics?measures=completed,failed,cancelled&step=${HOUR_MS}&${within}${of}`);
    const statuses = ['SUCCESS', 'FAILED', 'CANCELLED'];
    const listed = await Promise.all(
      statuses.map((status) => get<{ total: number }>(`/history?status=${status}&${within}${of}`)),
    );
    expect(series.map(({ total }) => total)).toEqual(expected);
    expect(listed.map(({ total }) => total)).toEqual(expected);
  }
});

it('has a series for each of the largest groups and one for the rest, and leaves points before the first figure unknown', async () => {
  for (let n = 0; n < 14; n++) await count(day(20), `job-${String(n).padStart(2, '0')}`, 'SUCCESS', n + 1);
  const read = await get(`/metrics?measures=completed&groupBy=job&${range(day(21), day(19))}&step=${DAY_MS}`);
  expect(read.series).toHaveLength(12);
  expect(pointsOf(read)).toMatchObject({ 'completed job-13': [null, 14], 'completed rest': [null, 1 + 2 + 3] });
  const own = await get(`/metrics?measures=completed&groupBy=job&jobName=job-00,job-13&${range(day(21), day(19))}`);
  expect(own.series.map(({ group, total }) => [group, total])).toEqual([
    ['job-13', 14],
    ['job-00', 1],
  ]);
});

it('reads days that are over from their totals and means, and the days since from counters and samples', async () => {
  for (let n = 0; n < 14; n++) {
    const name = `job-${String(n).padStart(2, '0')}`;
    for (const ago of [0, 3, 4, 6]) await count(day(ago), name, n % 2 ? 'FAILED' : 'SUCCESS', n + ago);
  }
  for (const ago of [3, 0])
    await query(
      `INSERT INTO "QueueSample" (step, at, channel, samples, queued, due, scheduled, blocked, running, "oldestDueAgeMs")
       SELECT 'HOUR', $1::timestamptz + n * interval '1 hour', channel, 60, n + 1, n, 0, 0, 2, 500 * n
       FROM generate_series(0, 1) n, unnest(ARRAY['', 'mail']) channel`,
      [day(ago)],
    );
  const span = { from: day(4), to: day(-1), stepMs: DAY_MS };
  const jobNames = Array.from({ length: 12 }, (_, n) => `job-${String(n + 2).padStart(2, '0')}`);
  const read = () =>
    Promise.all(
      [
        { measures: ['failed', 'failureRate'], subjects: { jobNames: null, channels: null, groupBy: 'job' } },
        { measures: ['completed', 'cancelled'], subjects: { jobNames, channels: null, groupBy: 'job' } },
        { measures: ['completed', 'failed'], subjects: { jobNames: null, channels: null, groupBy: null } },
        { measures: ['depth', 'oldest'], subjects: { jobNames: null, channels: null, groupBy: 'channel' } },
      ].map((search) => readMetrics(server.database.pool, { ...search, span, compare: true } as MetricsRequest)),
    );
  const before = await read();
  expect(pointsOf(before[0] as MetricsAnswer)).toMatchObject({
    'failed job-13': [17, 16, 0, 0, 13],
    'failed rest': [4 * 4 + 16, 4 * 3 + 16, 0, 0, 16],
  });
  await summarizeFigures(server.database.pool);
  const { rows } = await query('SELECT count(DISTINCT day)::int AS days FROM "JobRunDayTotal"');
  expect(rows).toEqual([{ days: 3 }]);
  expect(await read()).toEqual(before);
});

it('leaves gaps where nothing was sampled, in minutes as in the queue and in what was created', async () => {
  const minute = (ago: number) => new Date(Math.floor(NOW / 60_000) * 60_000 - ago * 60_000);
  const sample = (ago: number, channel: string, queued: number, created: number | null) =>
    query(`INSERT INTO "QueueSample" VALUES ($1, $2, $3, $3, 0, 0, 1, 500, $4)`, [
      minute(ago),
      channel,
      queued,
      created,
    ]);
  // Yesterday: shortly after midnight, nothing would be known of the minutes before it.
  await count(day(1), 'echo', 'SUCCESS', 7);
  await sample(10, '', 4, 100);
  await sample(10, 'mail', 4, null);
  await sample(9, '', 0, 103);
  await sample(7, '', 6, 103);
  await query(`INSERT INTO "JobRunEnded" VALUES ('MINUTE', $1, 'echo', 7, 0, 0)`, [minute(10)]);
  const read = await get(
    `/metrics?measures=completed,published,depth,oldest&${range(minute(11), minute(6))}&step=60000`,
  );
  expect(pointsOf(read)).toEqual({
    'completed all': [0, 7, null, 0, null],
    'published all': [null, 3, null, null, null],
    'depth all': [null, 4, 0, null, 6],
    'oldest all': [null, 500, 500, null, 500],
  });
  await query(`INSERT INTO "Channel" (name) VALUES ('mail') ON CONFLICT DO NOTHING`);
  const known = await get(
    `/metrics?measures=depth&channel=mail&groupBy=channel&${range(minute(12), minute(6))}&step=60000`,
  );
  expect(pointsOf(known)).toEqual({ 'depth mail': [null, null, 4, 0, null, 0] });
});

it('answers the heartbeats of runners that live, and of those that were alive in that time', async () => {
  const ids = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
  await query(
    `INSERT INTO "Runner" (id, kind, status, host, pid, version, concurrency, "lastHeartbeatAt")
     SELECT id, 'WORKER', status::"RunnerStatus", 'vm', nr, '1', 4, clock_timestamp() - age * interval '1 minute'
     FROM unnest($1::uuid[], '{LOST,ACTIVE,STOPPED}'::text[], '{2,0,20}'::int[]) WITH ORDINALITY AS r (id, status, age, nr)`,
    [ids],
  );
  await query(
    `INSERT INTO "RunnerBeat" ("runnerId", at, "latencyMs", "loopLagMs", "activeRuns", slots)
     SELECT $1, clock_timestamp() - n * interval '30 s', CASE n WHEN 5 THEN NULL ELSE n END, 1, 0, 4 FROM generate_series(1, 30) n`,
    [ids[1]],
  );
  const { runners, intervalMs } = await get<PulseAnswer>('/pulse?minutes=3');
  expect(intervalMs).toBeGreaterThan(0);
  expect(runners.map(({ name, status, beats }) => [name, status, beats.map(({ latencyMs }) => latencyMs)])).toEqual([
    ['vm:2', 'ACTIVE', [null, 4, 3, 2, 1]],
    ['vm:1', 'LOST', []],
  ]);
  const times = runners[0]?.beats.map(({ at }) => at) ?? [];
  expect(times).toEqual([...times].sort());
});

it('returns percentiles of one job and of all by the hour, and the slots of live runners', async () => {
  const gathered = new Histograms({
    sql: server.database.pool,
    onError: (error) => {
      throw error;
    },
  });
  for (let n = 1; n <= 100; n++) gathered.add('echo', 'duration', n * 10);
  gathered.add('nap', 'duration', 60_000);
  gathered.add('echo', 'cpu', 250);
  gathered.add('echo', 'retry', 5);
  await gathered.flush();
  const id = '00000000-0000-4000-8000-000000000001';
  await query(`INSERT INTO "RunnerBeat" SELECT $1, clock_timestamp(), 3, 1, 2, 8, 5, 10, 1024`, [id]);
  const read = await get(
    `/metrics?measures=took.p50,took.p95,took.avg,cpuTime,retries&groupBy=job&${range(hour(1), hour(-1))}&step=${HOUR_MS}`,
  );
  expect(read.series).toEqual([]);
  await count(hour(0), 'echo', 'SUCCESS', 100);
  const one = await get(`/metrics?measures=took.p50,took.p95,cpuTime,retries&jobName=echo&${range(hour(2), hour(-1))}`);
  const [p50, p95, cpu, retries] = one.series.map(({ total }) => total ?? 0);
  expect(p50).toBeGreaterThan(500 * 0.85);
  expect(p50).toBeLessThan(500 * 1.15);
  expect(p95).toBeGreaterThan(950 * 0.85);
  expect(p95).toBeLessThanOrEqual(1_000);
  expect([cpu, retries]).toEqual([250, 1]);
  expect(one.series[0]).toMatchObject({ unit: 'ms', stepMs: HOUR_MS });
  const all = await get(`/metrics?measures=took.avg,slots&${range(hour(3), hour(-1))}&step=${HOUR_MS}`);
  expect(all.series.map(({ total }) => total)).toEqual([(505 * 100 + 60_000) / 101, 8]);
  const runnerId = await someRunner(server.database.pool);
  await query(`UPDATE "Runner" SET labels = '{"region": "eu"}' WHERE id = $1`, [runnerId]);
  await query(
    `INSERT INTO "RunnerBeat" ("runnerId", at, "loopLagMs", "activeRuns", slots) VALUES ($1, clock_timestamp(), 1, 2, 5)`,
    [runnerId],
  );
  const slotsIn = async (region: string) =>
    (await get(`/metrics?measures=slots&region=${region}&${range(hour(3), hour(-1))}&step=${HOUR_MS}`)).series[0]
      ?.total;
  expect([await slotsIn('eu'), await slotsIn('us')]).toEqual([5, null]);
  const histogram = await get<{ buckets: { runs: number }[] }>(`/histogram?jobName=echo&${range(hour(1), hour(-1))}`);
  expect(histogram).toMatchObject({ runs: 100, total: 50_500, max: 1_000, unit: 'ms' });
  expect(histogram.buckets.reduce((sum, { runs }) => sum + runs, 0)).toBe(100);
  expect(histogram.buckets.at(0)?.runs).toBeGreaterThan(0);
});

it.each([
  ['measures=depth,nonsense', 'measures', /nonsense|completed/],
  ['measures=', 'measures', /at least one/],
  ['', 'measures', /./],
  ['measures=completed&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'from', /before/],
  ['measures=completed&from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'from', /before/],
  ['measures=completed&from=1999-01-01T00:00:00Z', 'from', /2000/],
  ['measures=completed&from=0000-01-01T00:00:00Z', 'from', /2000/],
  ['measures=completed&to=9999-01-01T00:00:00Z', 'to', /year/],
  ['measures=completed&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&step=60000', 'step', /44,640 points.*400/],
  ['measures=completed&step=90000', 'step', /whole minutes/],
  ['measures=completed&step=5400000', 'step', /whole hours/],
  ['measures=completed&step=5', 'step', /./],
  ['measures=depth&jobName=echo', 'jobName', /depth is known by channel alone/],
  ['measures=completed&groupBy=channel', 'groupBy', /completed is known by job alone/],
  ['measures=published&groupBy=job', 'groupBy', /whole alone/],
  ['measures=slots,published&region=eu', 'region', /published is known of the whole alone/],
  ['measures=depth&channel=nowhere', 'channel', /nowhere/],
])('refuses ?%s, naming %s', async (search, field, message) => {
  const answer = await call(`/metrics?${search}`);
  expect(answer.status, answer.text).toBe(400);
  expect(answer.json.field).toBe(field);
  expect(answer.json.detail).toMatch(message);
});

describe('causes of failures', () => {
  afterEach(() => query('TRUNCATE "JobRun", "RunError", "RunErrorCount", "RunErrorGroup"'));

  /** A run that failed so long ago, with the counters as the statement that ends it leaves them. */
  const fail = async (jobName: string, error: string, minutesAgo: number, stack: string | null = null) => {
    const { rows } = await query(
      `WITH failed AS (
         INSERT INTO "JobRun" ("jobName", status, error, "errorStack", "finishedAt", "algorithmVersion")
         VALUES ($1, 'FAILED', $2, $3, now() - $4::int * interval '1 minute', '2') RETURNING *
       ), counted AS (${countEnded('failed')}) SELECT id::text FROM failed`,
      [jobName, error, stack, minutesAgo],
    );
    return rows[0].id as string;
  };
  const causes = (path: string) => get<FailuresAnswer>(`/failures?${path}`);
  const set = (fingerprint: string, body: object) =>
    send(server.url, {
      method: 'PUT',
      path: `/api/admin/jobs/failures/${fingerprint}`,
      headers: { authorization: `Bearer ${admin.token}` },
      body,
    });

  it('are what needs an operator where a job fails, by the last hour alone', async () => {
    for (const minutesAgo of [0, 0, 0, 0, 0, 61]) await fail('nap', `Woke up at ${minutesAgo}`, minutesAgo);
    const { issues } = await get<{ issues: Issue[] }>('/issues');
    expect(issues.find(({ key }) => key === 'failing nap')).toMatchObject({
      severity: 'critical',
      message: 'nap fails: 5 of 5 runs within an hour: “Woke up at #”',
      subject: { jobName: 'nap' },
    });
  });

  it('are the text of errors without numbers, ids, texts, addresses and paths, and their origin', async () => {
    for (let n = 1; n <= 60; n++)
      await fail(
        'echo',
        `There is no user with the id ${n * 37}: "name ${n}" at /srv/data-${n}/x.json of a${n}@b.com`,
        n,
      );
    await fail('echo', "The job's process exited with code 3", 5);
    await fail('echo', "The job's process was ended after its time", 6);
    const stack = (line: number) =>
      `Error: There is no user\n    at find (/app/node_modules/pg/lib/client.js:1:2)\n    at async load (file:///app/jobs/nap.ts:${line}:3)`;
    await fail('nap', 'There is no user with the id 3', 4, stack(3));
    await fail('nap', 'There is no user with the id 4', 2_000, stack(4));
    await fail('nap', 'There is no user with the id 4', 2_001);
    await count(hour(0), 'echo', 'SUCCESS', 58);
    // What failed before this hour and the one before it is noted by maintenance.
    expect(await causes('range=7d&limit=100')).toMatchObject({ isCut: true });
    expect(await collectCauses(server.database.pool, null, async () => true)).toBe(2);
    const answer = await causes('limit=2');
    expect(answer).toMatchObject({ causes: 4, runs: 63, isCut: false });
    expect(answer.failures).toHaveLength(2);
    expect(answer.failures[0]).toMatchObject({
      ...{ jobName: 'echo', runs: 60, firstVersion: '2', lastVersion: '2', frame: null, state: 'OPEN', note: null },
      lastChannel: 'default',
      cause: 'There is no user with the id #: … at … of …',
    });
    expect(answer.failures[0]?.rate).toBe(0.5);
    expect(answer.failures[0]?.jobRunIds).toHaveLength(60);
    expect(answer.failures[0]?.error).toContain('the id 37:');
    const ofNap = await causes('jobName=nap&range=7d');
    expect(ofNap.failures.map(({ runs, frame }) => [runs, frame])).toEqual([
      [2, 'load in nap'],
      [1, null],
    ]);
    expect(problemCode(await call('/failures?jobName=npa'))).toBe('UNKNOWN_JOB');
    expect(problemCode(await call('/failures?range=1y'))).toBe('INVALID_INPUT');
  });

  it('lead to all runs that failed of them, from a run as well', async () => {
    for (let n = 1; n <= 7; n++) await fail('echo', `The disk ${n} is full`, n);
    await fail('echo', 'The disk is gone', 3);
    await fail('nap', 'The disk 1 is full', 50);
    const [cause] = (await causes('range=24h&limit=31')).failures;
    const history = (more: string) =>
      get<{ runs: JobRunSummary[]; total: number }>(`/history?cause=${cause?.fingerprint}&${more}`);
    const all = await history('pageSize=5');
    expect(all.total).toBe(7);
    expect(all.runs.map(({ id }) => id)).toEqual(cause?.jobRunIds.slice(0, 5));
    expect((await history('pageSize=5&page=2&status=FAILED&jobName=echo')).runs).toHaveLength(2);
    expect(await history('jobName=nap')).toMatchObject({ runs: [], total: 0 });
    expect(await history('status=SUCCESS')).toMatchObject({ runs: [], total: 0 });
    expect((await history(`from=${all.runs[2]?.finishedAt}`)).runs).toEqual(all.runs.slice(0, 3));
    expect((await history(`to=${all.runs[2]?.finishedAt}`)).total).toBe(4);
    expect(problemCode(await call('/history?cause=nonsense'))).toBe('INVALID_INPUT');
    const { alike } = await get<{ alike: unknown }>(`/${cause?.lastRunId}/neighbours`);
    expect(alike).toEqual({ fingerprint: cause?.fingerprint, runs: 7 });
  });

  it('are set against what ended since the minute in which the range begins, where minutes were counted', async () => {
    const { pool } = server.database;
    await fail('echo', 'The disk is full', 1);
    await collectCauses(pool, null, async () => true);
    const since = new Date(hour(3).getTime() + 30 * 60_000);
    const minute = (minutes: number) => new Date(since.getTime() + minutes * 60_000);
    await count(hour(3), 'echo', 'SUCCESS', 99);
    await query(
      `INSERT INTO "JobRunEnded" VALUES ('MINUTE', $1, 'echo', 96, 0, 0), ('MINUTE', $2, 'echo', 2, 0, 5), ('MINUTE', $3, 'echo', 1, 0, 0)`,
      [minute(-10), minute(0), minute(29)],
    );
    const rate = async () =>
      (await readFailureCauses(pool, { since, jobName: null, state: null, limit: 1 })).failures[0]?.rate;
    // Unknown minutes are no empty ones.
    expect(await rate()).toBe(1 / 100);
    await query(`INSERT INTO "QueueSample" VALUES ($1, '', 0, 0, 0, 0, 0, NULL, 0)`, [minute(1)]);
    expect(await rate()).toBe(1 / 4);
  });

  it('are no issue while it is muted, until then, or until it clears', async () => {
    await query('TRUNCATE "IssueMute"');
    for (let run = 0; run < 5; run++) await fail('nap', 'Woke up', 0);
    const key = 'failing nap';
    const isNap = (issue: Issue) => issue.key === key;
    const shownIn = ({ issues, muted }: IssuesAnswer) => [issues.filter(isNap).length, muted.filter(isNap)];
    const mute = async (until: string | null): Promise<IssuesAnswer> => {
      const headers = { authorization: `Bearer ${admin.token}` };
      const sent = { method: 'POST', path: '/api/admin/jobs/issues/mute', headers, body: { key, until } };
      return (await send(server.url, sent)).json;
    };
    expect(shownIn(await get('/issues'))).toEqual([1, []]);
    const later = new Date(Date.now() + HOUR_MS).toISOString();
    const [shown, muted] = shownIn(await mute(later));
    expect(shown).toBe(0);
    expect(muted).toMatchObject([{ mutedUntil: later, mutedBy: admin.email, isUntilClear: false }]);
    expect(shownIn(await mute('cleared'))).toMatchObject([0, [{ isUntilClear: true }]]);
    expect(shownIn((await get<{ issues: IssuesAnswer }>('/overview')).issues)).toMatchObject([0, [{ key }]]);
    expect(shownIn(await mute(null))).toEqual([1, []]);
    await mute(new Date(Date.now() + 50).toISOString());
    await vi.waitFor(async () => expect(shownIn(await get('/issues'))).toEqual([1, []]));
    await query(`INSERT INTO "IssueMute" (key, until, "untilClear", "mutedAt") VALUES
      ('late mail', now() + interval '1 day', true, now() - interval '1 hour'), ('late sms', now() + interval '1 day', false, now() - interval '1 hour')`);
    await get('/issues');
    expect((await query('SELECT key FROM "IssueMute"')).rows).toEqual([{ key: 'late sms' }]);
  });

  it('are muted by themselves, and with them the issue that they alone make', async () => {
    await query('TRUNCATE "IssueMute"');
    for (let run = 0; run < 5; run++) await fail('nap', 'Snored', 0);
    const failuresOf = () => get<FailuresAnswer>('/failures?range=1h&jobName=nap&limit=7');
    const [cause] = (await failuresOf()).failures;
    const key = `cause ${cause?.fingerprint}`;
    const isOfIt = ({ subject }: Issue) => subject.kind === 'failures' && subject.fingerprint === cause?.fingerprint;
    // Issues are looked for every ten seconds.
    const found = async () => expect((await get<IssuesAnswer>('/issues')).issues.filter(isOfIt)).toHaveLength(1);
    await vi.waitFor(found, { timeout: 30_000, interval: 500 });
    const mute = async (until: string | null) => {
      const headers = { authorization: `Bearer ${admin.token}` };
      const sent = { method: 'POST', path: '/api/admin/jobs/issues/mute', headers, body: { key, until } };
      expect((await send(server.url, sent)).status).toBe(200);
      const { issues, muted } = await get<IssuesAnswer>('/issues');
      const { failures } = await failuresOf();
      const mutedBy = failures.map((each) => [each.fingerprint === cause?.fingerprint, each.mutedBy]);
      return { listed: issues.filter(isOfIt).length, muted: muted.filter(isOfIt).map((issue) => issue.key), mutedBy };
    };
    const until = new Date(Date.now() + HOUR_MS).toISOString();
    expect(await mute(until)).toEqual({ listed: 0, muted: [key], mutedBy: [[true, admin.email]] });
    expect(await mute(null)).toEqual({ listed: 1, muted: [], mutedBy: [[true, null]] });
  });

  it('are resolved until a run fails of them again, or ignored, with a note', async () => {
    await fail('echo', 'The disk is full', 3);
    await fail('nap', 'The disk is full', 2);
    const { failures } = await causes('range=24h&limit=11');
    const [first, second] = failures.map(({ fingerprint }) => fingerprint) as [string, string];
    const resolved = await set(first, { state: 'RESOLVED', note: 'A larger disk' });
    expect(resolved.json).toMatchObject({
      fingerprint: first,
      state: 'RESOLVED',
      note: 'A larger disk',
      cameBackAt: null,
    });
    expect(resolved.json.stateBy).toBe(admin.email);
    expect((await set(first, { state: 'RESOLVED' })).json).toEqual(resolved.json);
    await set(second, { state: 'IGNORED' });
    const [jobName] = failures.map((cause) => cause.jobName);
    expect((await causes('range=24h&limit=11&state=OPEN')).failures).toEqual([]);
    const again = await fail(jobName as string, 'The disk is full', 0);
    await query(`UPDATE "RunErrorGroup" SET "stateAt" = "stateAt" - interval '1 second'`);
    const back = await causes('range=24h&limit=12&state=OPEN');
    expect(back.failures).toMatchObject([
      { fingerprint: first, state: 'OPEN', runs: 2, lastRunId: again, note: 'A larger disk' },
    ]);
    expect(back.failures[0]?.cameBackAt).toBe(back.failures[0]?.lastAt);
    expect((await set(first, { state: 'OPEN', note: null })).json).toMatchObject({ note: null, cameBackAt: null });
    expect(problemCode(await set('0123456789abcdef', { state: 'OPEN' }))).toBe('NOT_FOUND');
    expect(problemCode(await set(first, { state: 'GONE' }))).toBe('INVALID_INPUT');
    expect(problemCode(await set('nonsense', { state: 'OPEN' }))).toBe('INVALID_INPUT');
  });

  it('are noted once by several processes at once, and not for runs that are removed meanwhile', async () => {
    const { pool } = server.database;
    const ids: string[] = [];
    for (let n = 0; n < 40; n++) ids.push(await fail(n % 2 ? 'echo' : 'nap', `The disk ${n} is full`, n % 50));
    const collect = () => collectCauses(pool, null, async () => true);
    const [, ...noted] = await Promise.all([removeRuns(pool, ids.slice(0, 10)), collect(), collect(), collect()]);
    expect(noted.reduce((sum, runs) => sum + runs, 0)).toBeLessThanOrEqual(40);
    await collect();
    expect((await query('SELECT "runId"::text AS id FROM "RunError" ORDER BY 1')).rows.map(({ id }) => id)).toEqual(
      ids.slice(10).sort(),
    );
    const left = await query(`SELECT sum(runs)::int AS runs FROM "RunErrorCount" WHERE fingerprint <> ''`);
    expect(left.rows).toEqual([{ runs: 30 }]);
  });

  it('are removed with their runs, and count the remaining ones', async () => {
    const old = await fail('echo', 'The disk is full', 9);
    await fail('echo', 'The disk is full', 2);
    expect((await causes('range=24h&limit=21')).runs).toBe(2);
    await removeRuns(server.database.pool, [old]);
    expect((await causes('range=24h&limit=22')).failures).toMatchObject([{ runs: 1 }]);
    await query('DELETE FROM "RunError"');
    expect((await query('SELECT FROM "RunErrorCount"')).rows).toEqual([]);
  });
});

it('has counters of what ever ended for Prometheus, which no removal lowers', async () => {
  await count(day(3), 'echo', 'SUCCESS', 9);
  await query(`UPDATE "JobRunCount" SET runs = 2`);
  const answer = await send(server.url, { path: '/metrics', headers: { authorization: `Bearer ${admin.token}` } });
  expect(answer.text).toContain('# TYPE job_manager_runs_ended_total counter');
  expect(answer.text).toContain('job_manager_runs_ended_total{job="echo",status="SUCCESS"} 9');
});

it('has ended runs by channel in minutes, and in hours once they are over', async () => {
  await query('TRUNCATE "ChannelEnded"');
  await query(`INSERT INTO "Channel" (name) VALUES ('mail') ON CONFLICT DO NOTHING`);
  const add = (at: Date, channel: string, success: number, failed: number) =>
    query(`INSERT INTO "ChannelEnded" VALUES ('MINUTE', $1, $2, $3, $4, 0)`, [at, channel, success, failed]);
  await add(hour(4), 'mail', 5, 1);
  await add(new Date(hour(4).getTime() + 60_000), 'mail', 2, 0);
  await add(hour(2), 'default', 9, 0);
  const search = (from: number) =>
    `/metrics?measures=throughput,throughput.failed&groupBy=channel&${range(hour(from), hour(1))}&step=${HOUR_MS}`;
  const expected = {
    'throughput default': [0, 0, 9],
    'throughput mail': [8, 0, 0],
    'throughput.failed default': [0, 0, 0],
    'throughput.failed mail': [1, 0, 0],
  };
  expect(pointsOf(await get(search(4)))).toEqual(expected);
  await summarizeFigures(server.database.pool);
  await query(`DELETE FROM "ChannelEnded" WHERE step = 'MINUTE'`);
  const { series } = await get(search(5));
  expect(pointsOf({ series: series.map((one) => ({ ...one, points: one.points.slice(1) })) })).toEqual(expected);
  const one = await get(`/metrics?measures=throughput&channel=mail&${range(hour(4), hour(3))}&step=${HOUR_MS}`);
  expect(one.series).toMatchObject([{ points: [8], total: 8, unit: 'runs' }]);
});

it('has the figures of servers by the minute, and by hours that are over', async () => {
  await query('TRUNCATE "SystemSample"');
  const requests = new RequestTimes();
  for (let ms = 1; ms <= 100; ms++) requests.add(ms, ms > 98 ? 503 : 200);
  const health = { system: async () => someHealth };
  const onError = (error: unknown) => {
    throw error;
  };
  const sampler = new SystemSampler({
    ...{ sql: server.database.pool, health, requests, onError },
    sockets: () => ({ open: 3, opened: 1, lost: 0 }),
  });
  await sampler.sample();
  const measures = 'api.requests,api.errors,api.p95,database,notification,sockets';
  const read = await get(
    `/metrics?measures=${measures}&${range(new Date(NOW - HOUR_MS), new Date(Date.now() + 60_000))}`,
  );
  const totals = Object.fromEntries(read.series.map(({ measure, total }) => [measure, total]));
  expect(totals).toMatchObject({ 'api.requests': 100, 'api.errors': 2, database: 2, notification: null, sockets: 3 });
  expect(Math.abs((totals['api.p95'] ?? 0) - 95)).toBeLessThan(95 * 0.15);
  expect(requests.take()).toEqual({ apiRequests: 0, apiErrors: 0, apiP50Ms: null, apiP95Ms: null });
  // Two servers of which one answers few calls: percentiles count by them.
  await query(
    `INSERT INTO "SystemSample" SELECT $1::timestamptz + n * interval '1 minute', gen_random_uuid(), requests, 0, ms, ms, 2, 4, 1, 0, 'OK'
     FROM generate_series(0, 59) n, (VALUES (90, 10), (10, 110)) servers(requests, ms)`,
    [hour(5)],
  );
  const before = await get(`/metrics?measures=${measures}&${range(hour(5), hour(3))}&step=${HOUR_MS}`);
  expect(before.series.map(({ points }) => points)).toEqual([
    [6_000, null],
    [0, null],
    [20, null],
    [2, null],
    [4, null],
    [2, null],
  ]);
  await summarizeFigures(server.database.pool);
  await query(`DELETE FROM "SystemSample" WHERE step = 'MINUTE'`);
  const after = await get(`/metrics?measures=${measures}&${range(hour(5), hour(2))}&step=${HOUR_MS}`);
  expect(after.series.map(({ points }) => points[0])).toEqual([6_000, 0, 20, 2, 4, 2]);
});

it('has histograms by job and the queue by channel for Prometheus, in names and lines that it takes', async () => {
  const gathered = new Histograms({ sql: server.database.pool, onError: () => {} });
  for (const value of [3, 40, 40, 2_000]) gathered.add('a "b"\\', 'duration', value);
  gathered.add('echo', 'wait', 1_500);
  gathered.addEnded('mail', 'failed');
  await gathered.flush();
  await query(`INSERT INTO "QueueSample" VALUES (date_trunc('minute', now()), '', 5, 3, 1, 1, 2, 4000, 10),
    (date_trunc('minute', now()), 'mail', 5, 3, 1, 1, 2, 4000, NULL)`);
  const { text } = await send(server.url, { path: '/metrics', headers: { authorization: `Bearer ${admin.token}` } });
  expect(text).toContain('job_manager_run_duration_seconds_count{job="a \\"b\\"\\\\"} 4');
  expect(text).toContain('job_manager_run_duration_seconds_sum{job="a \\"b\\"\\\\"} 2.083');
  expect(text).toMatch(/run_wait_seconds_bucket\{job="echo",le="\+Inf"\} 1/);
  expect(text).toContain('job_manager_channel_runs{channel="mail",state="due"} 3');
  expect(text).toContain('job_manager_channel_runs_ended_total{channel="mail",status="FAILED"} 1');
  expect(text).toContain('job_manager_channel_oldest_due_seconds{channel="mail"} 4');
  expect(problemsIn(text)).toEqual([]);
  const dashboard = await readFile(new URL('../../../../docs/grafana-dashboard.json', import.meta.url), 'utf8');
  const named = new Set(dashboard.match(/job_manager_\w+/g)?.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
  // The dashboard shows what there is, and nothing else.
  const metrics = [...text.matchAll(/^# TYPE (job_manager_\w+) /gm)].map(([, name]) => name);
  expect([...named].sort()).toEqual(metrics.sort());
});

/** What Prometheus, or its lint of names, would refuse in these lines. */
function problemsIn(text: string): string[] {
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name as string, type]));
  const helps = new Set([...text.matchAll(/^# HELP (\S+) \S/gm)].map(([, name]) => name));
  const problems = [...types].flatMap(([name, type]) => [
    ...(helps.has(name) ? [] : [`${name} has no help`]),
    ...(type === 'counter' && !name.endsWith('_total') ? [`${name} is a counter without _total`] : []),
    ...(type !== 'counter' && name.endsWith('_total') ? [`${name} is no counter`] : []),
    ...(/_(ms|milliseconds|minutes|hours|kb|mb|percent)$|_(gauge|counter|histogram)$/.test(name)
      ? [`${name} is badly named`]
      : []),
  ]);
  const seen = new Set<string>();
  const last = new Map<string, number>();
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
    const sample = /^([a-z_:][\w:]*)(\{(?:[a-z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/i.exec(line);
    const [, name = '', labels = '', value] = sample ?? [];
    if (!sample || Number.isNaN(Number(value?.replace('+Inf', 'Infinity')))) problems.push(`no sample: ${line}`);
    if (seen.has(name + labels)) problems.push(`twice: ${line}`);
    seen.add(name + labels);
    if (!types.has(name) && !types.has(name.replace(/_(bucket|sum|count)$/, '')))
      problems.push(`without a type: ${line}`);
    if (!name.endsWith('_bucket')) continue;
    const series = name + labels.replace(/,?le="[^"]*"/, '');
    if (Number(value) < (last.get(series) ?? 0)) problems.push(`less than the bucket before: ${line}`);
    last.set(series, Number(value));
  }
  return problems;
}

describe('what each job did', () => {
  interface Answer {
    jobs: {
      jobName: string | null;
      success: number;
      failed: number;
      before: object | null;
      took: { p50: number } | null;
    }[];
  }
  const histogram = (at: Date, jobName: string, bucket: number, runs: number) =>
    query(`INSERT INTO "JobRunHistogram" VALUES ($1, $2, 'duration', $3, $4, 86400000, $5)`, [
      ...[at, jobName, runs, runs * 10],
      emptyBuckets().map((_none, index) => (index === bucket ? runs : 0)),
    ]);

  it('adds up to what the counters of the range have, by the hour and by the day', async () => {
    for (const [ago, from, to] of [
      [1, hour(60), hour(59)],
      [24, day(42), day(40)],
    ] as const) {
      await query(`TRUNCATE "JobRunCount"; DELETE FROM "JobRunRemoved" WHERE step = 'HOUR'`);
      await count(from, 'echo', 'SUCCESS', 5);
      await count(from, 'echo', 'FAILED', 1);
      await count(from, 'nap', 'CANCELLED', 2);
      await count(new Date(from.getTime() - ago * HOUR_MS), 'echo', 'SUCCESS', 3);
      const step = to.getTime() - from.getTime() >= DAY_MS ? 20 * DAY_MS : 0;
      const answer = await get<Answer>(
        `/metrics/jobs?${range(new Date(from.getTime() - step), new Date(to.getTime() + step))}&compare=true`,
      );
      const ended = answer.jobs.map((job) => [job.jobName, job.success, job.failed]);
      expect(ended).toEqual([
        ['echo', 5 + (step > 0 ? 3 : 0), 1],
        ['nap', 0, 0],
      ]);
    }
  });

  it('compares it with the time before, and reports how long it took', async () => {
    await count(hour(100), 'echo', 'SUCCESS', 5);
    await count(hour(101), 'echo', 'SUCCESS', 2);
    await histogram(hour(100), 'echo', 20, 5);
    await histogram(hour(101), 'echo', 10, 2);
    const { jobs } = await get<Answer & { jobs: { tookBeforeP50: number }[] }>(
      `/metrics/jobs?${range(hour(100), hour(99))}&compare=true`,
    );
    expect(jobs).toMatchObject([{ jobName: 'echo', success: 5, before: { success: 2, failed: 0, cancelled: 0 } }]);
    expect(jobs[0]?.took).toMatchObject({ p50: expect.any(Number), totalMs: 50 });
    expect(jobs[0]?.took?.p50).toBeGreaterThan(bucketBounds[19] ?? 0);
    expect(jobs[0]?.tookBeforeP50).toBeLessThanOrEqual(bucketBounds[10] ?? 0);
  });

  it('has one row for all beyond the fifty with most runs', async () => {
    for (let n = 0; n < 53; n++) await count(hour(140), `job-${String(n).padStart(2, '0')}`, 'SUCCESS', 100 - n);
    await histogram(hour(140), '', 20, 60);
    await histogram(hour(140), 'job-00', 20, 50);
    const { jobs } = await get<Answer>(`/metrics/jobs?${range(hour(140), hour(139))}`);
    expect(jobs).toHaveLength(51);
    expect(jobs.at(-1)).toMatchObject({ jobName: null, success: 50 + 49 + 48, before: null, took: { totalMs: 100 } });
  });
});

describe('an answer', () => {
  let passedMs = 0;
  beforeEach(() => {
    passedMs = 0;
    const begun = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => begun + passedMs);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    ['figures of a day', 10, () => `/metrics?measures=completed&${range(hour(24), hour(0))}&step=${HOUR_MS}`],
    ['figures of more', 60, () => `/metrics?measures=completed&${range(hour(25), hour(0))}&step=${HOUR_MS}`],
    ['what each job did in a day', 10, () => `/metrics/jobs?${range(hour(24), hour(0))}`],
    ['what each job did in more', 60, () => `/metrics/jobs?${range(hour(25), hour(0))}`],
  ])('about %s is kept for %i s', async (_what, seconds, path) => {
    await count(hour(2), 'echo', 'SUCCESS', 1);
    const first = await get(path());
    await count(hour(3), 'echo', 'SUCCESS', 2);
    passedMs = seconds * 1_000 - 1;
    expect(await get(path())).toEqual(first);
    passedMs += 1;
    expect(await get(path())).not.toEqual(first);
  });

  it('about how values are spread is kept for as long', async () => {
    const path = `/histogram?jobName=echo&${range(hour(24), hour(0))}`;
    const first = await get(path);
    const buckets = emptyBuckets().map((_none, index) => (index === 20 ? 1 : 0));
    await query(`INSERT INTO "JobRunHistogram" VALUES ($1, 'echo', 'duration', 1, 10, 10, $2)`, [hour(2), buckets]);
    passedMs = 9_999;
    expect(await get(path)).toEqual(first);
    passedMs = 10_000;
    expect(await get(path)).toMatchObject({ runs: 1 });
  });
});

it('refuses unknown jobs by name', async () => {
  for (const path of ['/metrics?measures=failed&jobName=ehco', '/histogram?jobName=ehco']) {
    const answer = await call(path);
    expect(problemCode(answer)).toBe('UNKNOWN_JOB');
    expect(answer.json.detail).toContain('ehco');
  }
});

it('chooses steps that fit any range', async () => {
  for (const [hours, least] of [
    [6, 60_000],
    [30, 300_000],
    [40, 600_000],
    [24 * 14, HOUR_MS],
    [24 * 90, DAY_MS],
    [24 * 4_000, 11 * DAY_MS],
  ] as const) {
    const { stepMs, series } = await get(
      `/metrics?measures=completed&${range(new Date(Date.now() - hours * HOUR_MS), new Date())}`,
    );
    expect(stepMs).toBe(least);
    expect(series[0]?.points.length).toBeLessThanOrEqual(400);
  }
});

it('reads no run, whatever the measure, the step and the groups', async () => {
  const { pool } = server.database;
  const touched = new Set<string>();
  let statements = 0;
  const query = (async (text: string, values: unknown[] = []) => {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    for (const [, table] of plan.matchAll(/ on "?(JobRun(?:_\w+)?)"?[ \n]/g)) touched.add(table as string);
    statements++;
    return pool.query(text, values);
  }) as Sql['query'];
  for (const measure of metricMeasures) {
    for (const [step, days] of [
      [60_000, 0.2],
      [HOUR_MS, 10],
      [DAY_MS, 90],
    ] as const) {
      const from = new Date(NOW - days * DAY_MS).toISOString();
      for (const groupBy of [null, 'job', 'channel'] as const) {
        const span = spanOf({ from, to: new Date(NOW).toISOString(), step }, NOW);
        await readMetrics(
          { query },
          { measures: [measure], span, subjects: { jobNames: null, channels: null, groupBy }, compare: true },
        );
      }
    }
  }
  for (const days of [0.2, 10, 90]) {
    const from = new Date(NOW - days * DAY_MS).toISOString();
    await readJobFigures({ query }, spanOf({ from, to: new Date(NOW).toISOString(), finestMs: HOUR_MS }, NOW), true);
  }
  await readFailureCauses({ query }, { since: new Date(NOW - DAY_MS), jobName: null, state: null, limit: 10 });
  expect(statements).toBeGreaterThan(metricMeasures.length * 9);
  expect([...touched]).toEqual([]);
});
