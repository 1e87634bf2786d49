import type { Prisma } from '@job-manager/engine/generated/prisma/client';
import type { JobRunSummary } from '@job-manager/shared/contract/run';
import type { GraphNode, LookupHit } from '@job-manager/shared/contract/run-lists';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
});
afterAll(() => server.stop());
beforeEach(() => query('TRUNCATE "JobRun", "JobRunBatch", "JobRunMessage", "Channel", "Schedule", "JobSettings"'));

const query = (text: string, values: unknown[] = []) => server.database.pool.query(text, values);
const call = (sent: Sent) =>
  send(server.url, {
    ...sent,
    path: `/api/admin/jobs${sent.path}`,
    headers: { ...sent.headers, authorization: `Bearer ${admin.token}` },
  });
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  call({ method: 'POST', path, body, headers });
const get = async (path: string) => {
  const answer = await call({ path });
  expect(answer.status, answer.text).toBe(200);
  return answer.json;
};
const enqueue = async (body: object = {}, headers: Record<string, string> = {}): Promise<JobRunSummary> => {
  const answer = await post('/enqueue', { jobName: 'echo', ...body }, headers);
  expect(answer.status, answer.text).toBe(201);
  return answer.json.run;
};
const find = async (q: string): Promise<LookupHit[]> => (await get(`/lookup?q=${encodeURIComponent(q)}`)).hits;
const soon = (ms: number) => new Date(Date.now() + ms);

async function aRun(data: Partial<Prisma.JobRunUncheckedCreateInput> = {}): Promise<string> {
  return String((await server.database.db.jobRun.create({ data: { jobName: 'echo', ...data } })).id);
}
const ended = (at: number, data: Partial<Prisma.JobRunUncheckedCreateInput> = {}) =>
  aRun({
    status: 'SUCCESS',
    attempt: 1,
    claimNo: 1,
    startedAt: soon(at),
    finishedAt: soon(at),
    durationMs: 100,
    ...data,
  });

it('finds a run by number, and nothing where there is none', async () => {
  const { id } = await enqueue();
  for (const q of [id, `#${id}`]) expect(await find(q)).toMatchObject([{ kind: 'run', run: { id } }]);
  for (const q of [`${id}000`, '99999999999999999999', 'a %', "'"]) expect(await find(q)).toEqual([]);
  for (const q of ['', ' ', 'x'.repeat(201)]) {
    expect(problemCode(await call({ path: `/lookup?q=${encodeURIComponent(q)}` }))).toBe('INVALID_INPUT');
  }
});

it('finds runs by the correlation id that their caller gave, in whatever place', async () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const first = await enqueue({ correlationId: 'order 4711' }, { 'x-correlation-id': 'other' });
  const second = await enqueue(
    {},
    { 'x-correlation-id': 'order 4711', traceparent: `00-${trace}-00f067aa0ba902b7-01` },
  );
  const traced = await enqueue({}, { traceparent: `00-${trace}-00f067aa0ba902b7-01` });
  expect(first.correlationId).toBe('order 4711');
  const [hit] = await find('order 4711');
  expect(hit).toMatchObject({ kind: 'correlation', hasMore: false, runs: [{ id: second.id }, { id: first.id }] });
  expect(await find(trace)).toMatchObject([{ kind: 'correlation', runs: [{ id: traced.id }] }]);
  expect((await enqueue({}, { traceparent: 'nonsense' })).correlationId).toBeNull();
  const refused = await post('/enqueue', { jobName: 'echo' }, { 'x-correlation-id': 'x'.repeat(101) });
  expect(problemCode(refused)).toBe('INVALID_INPUT');
  await query(`INSERT INTO "JobRun" ("jobName", "correlationId") SELECT 'echo', 'many' FROM generate_series(1, 51)`);
  const [many] = await find('many');
  expect(many?.kind === 'correlation' && [many.runs.length, many.hasMore]).toEqual([50, true]);
});

it('hands a correlation id on to re-runs, to those that wait, and to the callback of a batch', async () => {
  const original = await ended(-1_000, { correlationId: 'story' });
  const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
  expect((await enqueue({ rerunOfId: original }, trace)).correlationId).toBe('story');
  expect((await enqueue({ rerunOfId: original, unique: { key: 'k' } })).correlationId).toBe('story');
  expect((await enqueue({ rerunOfId: original, correlationId: 'own' })).correlationId).toBe('own');
  expect((await enqueue({ after: [original] })).correlationId).toBe('story');

  const runs = [
    { jobName: 'echo', ref: 'a' },
    { jobName: 'echo', ref: 'b', after: ['a'] },
    { jobName: 'echo', after: ['b'] },
  ];
  const body = { name: 'Chain', callback: { jobName: 'echo' } };
  const [first, ...others] = runs;
  await post('/batches', { ...body, runs: [{ ...first, correlationId: 'root' }, ...others] });
  await post('/batches', { ...body, runs }, { 'x-correlation-id': 'whole' });
  for (const q of ['root', 'whole']) expect((await find(q))[0]).toMatchObject({ runs: [{}, {}, {}, {}] });
});

it('answers the same run to the same key, though its trace is another', async () => {
  const headers = { 'idempotency-key': 'pay-1' };
  const { id } = await enqueue({}, { ...headers, 'x-correlation-id': 'one' });
  const again = await post('/enqueue', { jobName: 'echo' }, { ...headers, 'x-correlation-id': 'two' });
  expect(again.json).toMatchObject({ jobRunId: id, isNew: false });
});

it('finds what has a key or a name', async () => {
  const long = 'k'.repeat(200);
  const keyed = await enqueue({}, { 'idempotency-key': 'pay-7' });
  const hashed = await enqueue({}, { 'idempotency-key': long });
  const unique = await enqueue({ unique: { key: 'user 8' } });
  expect(await find('pay-7')).toMatchObject([{ kind: 'key', key: 'pay-7', run: { id: keyed.id } }]);
  expect(await find(long)).toMatchObject([{ kind: 'key', run: { id: hashed.id } }]);
  expect(await find('user 8')).toMatchObject([{ kind: 'key', run: { id: unique.id } }]);
  const { batchId } = (await post('/batches', { name: 'Nightly 100%', runs: [{ jobName: 'echo' }] })).json;
  const wanted = { kind: 'batch', batch: { id: batchId, name: 'Nightly 100%', finishedAt: null } };
  expect(await find('ly 100%')).toEqual([wanted]);
  expect(await find(`#${batchId}`)).toContainEqual(wanted);
  const schedule = { name: 'each-night', jobName: 'echo', everyMs: 3_600_000 };
  const { scheduleId } = (await post('/schedules', schedule)).json;
  expect(await find('Each')).toEqual([
    { kind: 'schedule', schedule: { id: scheduleId, name: 'each-night', jobName: 'echo' } },
  ]);
});

/** All pages of the queue, as ids. */
async function pagesOf(filter = ''): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { runs: JobRunSummary[]; cursor: string | null } = await get(
      `/queue?${filter}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    pages.push(page.runs.map(({ id }) => id));
    cursor = page.cursor;
  }
  return pages;
}

it('pages through the queue in the order of claims, each run once, then those that wait for others', async () => {
  await query(`INSERT INTO "JobRun" ("jobName", channel, priority, "runAt") SELECT
    (ARRAY['echo', 'other'])[1 + n % 2], (ARRAY['default', 'mail', 'video'])[1 + n % 3], n % 5 - 2,
    date_trunc('milliseconds', now()) + (n % 7 - 4) * interval '1 minute' FROM generate_series(1, 230) n`);
  await query(`INSERT INTO "JobRun" ("jobName", "isBlocked") SELECT 'echo', true FROM generate_series(1, 30)`);
  const inOrder = async (where: string) =>
    (await query(`SELECT id FROM "JobRun" WHERE ${where} ORDER BY "isBlocked", priority, "runAt", id`)).rows.map(
      ({ id }) => id,
    );
  const pages = await pagesOf();
  expect(pages.slice(0, -1).every(({ length }) => length === 50)).toBe(true);
  expect(pages.flat()).toEqual(await inOrder('true'));
  expect((await pagesOf('channel=mail')).flat()).toEqual(await inOrder(`channel = 'mail'`));
  expect((await pagesOf('jobName=other')).flat()).toEqual(await inOrder(`"jobName" = 'other'`));
  expect((await pagesOf('state=due')).flat()).toEqual(await inOrder(`NOT "isBlocked" AND "runAt" <= now()`));
  expect((await pagesOf('state=scheduled&channel=video')).flat()).toEqual(
    await inOrder(`NOT "isBlocked" AND "runAt" > now() AND channel = 'video'`),
  );
  expect((await pagesOf('state=blocked')).flat()).toEqual(await inOrder('"isBlocked"'));
  expect((await get('/queue?skip=200')).runs.map(({ id }: JobRunSummary) => id)).toEqual(
    (await inOrder('true')).slice(200, 250),
  );
  for (const cursor of ['x', Buffer.from('[1]').toString('base64url')]) {
    expect(problemCode(await call({ path: `/queue?cursor=${cursor}` }))).toBe('INVALID_INPUT');
  }
});

it('finds the few runs of a job behind many of another, and ends', async () => {
  await query(`INSERT INTO "JobRun" ("jobName") SELECT 'other' FROM generate_series(1, 10100)`);
  const last = await aRun();
  const pages = await pagesOf('jobName=echo');
  expect(pages.flat()).toEqual([last]);
  expect(pages.length).toBe(2);
});

it('returns the badges, that of browser errors only to those who may see them', async () => {
  await server.database.db.channel.create({ data: { name: 'mail', pausedAt: new Date() } });
  await aRun({ channel: 'mail' });
  await aRun({ channel: 'late', runAt: soon(-360_000) });
  await server.database.db.channel.create({ data: { name: 'patient', targetWaitMs: 600_000 } });
  await aRun({ channel: 'patient', runAt: soon(-360_000) });
  await query(
    `INSERT INTO "JobSettings" ("jobName", "pausedAt", "resumeAt") VALUES ('echo', now(), NULL), ('other', now(), now() - interval '1 s')`,
  );
  const badges = await get('/badges');
  expect(badges).toMatchObject({
    pausedJobs: 1,
    channels: { late: 1, paused: 1 },
    verdict: expect.any(String),
    newErrorKinds: 0,
  });
  const owner = await server.signIn('SUPER_ADMIN');
  const created = await send(server.url, {
    method: 'POST',
    path: '/api/admin/tokens',
    body: { name: 'reader', permissions: ['view'], expiresInDays: 1 },
    headers: { authorization: `Bearer ${owner.token}` },
  });
  const headers = { authorization: `Bearer ${created.json.token}` };
  const program = await send(server.url, { path: '/api/admin/jobs/badges', headers });
  expect(program.json).toEqual({ ...badges, newErrorKinds: null });
});

it('lists what comes due next: schedules and delayed runs, by time', async () => {
  const later = await aRun({ runAt: soon(7_200_000), channel: 'mail' });
  const sooner = await aRun({ runAt: soon(600_000), priority: 9 });
  await aRun();
  await aRun({ runAt: soon(60_000), isBlocked: true });
  const schedule = { jobName: 'echo', cron: '0 3 * * *', source: 'API' } as const;
  const { id } = await server.database.db.schedule.create({
    data: { ...schedule, name: 'hourly', nextRunAt: soon(3_600_000) },
  });
  await server.database.db.schedule.create({
    data: { ...schedule, name: 'paused', nextRunAt: soon(1_000), pausedAt: new Date() },
  });
  const { upcoming } = await get('/upcoming');
  expect(upcoming).toMatchObject([
    { kind: 'run', jobRunId: sooner, channel: 'default' },
    { kind: 'schedule', scheduleId: id, name: 'hourly', jobName: 'echo' },
    { kind: 'run', jobRunId: later, channel: 'mail' },
  ]);
  expect((await get('/upcoming?limit=1')).upcoming).toEqual(upcoming.slice(0, 1));
  expect(problemCode(await call({ path: '/upcoming?limit=0' }))).toBe('INVALID_INPUT');
});

it('has small figures of today', async () => {
  const { id } = await server.database.db.schedule.create({
    data: { name: 'often', jobName: 'echo', everyMs: 60_000, source: 'API', nextRunAt: soon(60_000) },
  });
  await aRun({ scheduleId: id, dueAt: new Date(), trigger: 'CRON' });
  const run = await ended(0);
  await query(
    `INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "startedAt", "endedAt", "durationMs")
     SELECT $1, n, n, 'FAILED', now(), now() - (n - 1) * interval '50 minutes', 1 FROM generate_series(1, 3) n`,
    [run],
  );
  const { scheduledToday, retriesLastHour } = await get('/snapshots');
  expect(retriesLastHour).toEqual({ attempts: 2, jobs: 1 });
  expect(scheduledToday.total - scheduledToday.left).toBe(1);
});

it('returns the runs of the job before and after, and how long it usually takes', async () => {
  const success = await ended(-9_000, { cpuMs: 40, peakMemoryBytes: 1_000_000n });
  const failure = await ended(-8_000, { status: 'FAILED' });
  await ended(-7_500, { jobName: 'other' });
  const cancelled = await ended(-7_000, { status: 'CANCELLED' });
  const after = await ended(-6_000, { durationMs: 300 });
  const found = await get(`/${cancelled}/neighbours`);
  expect(found).toMatchObject({
    previous: { id: failure },
    next: { id: after },
    lastSuccess: { id: success },
    lastFailure: { id: failure },
    usual: { p50: 100, p95: 100, runs: 1 },
    usualUse: {
      cpuMs: { p50: 40, p95: 40, runs: 1 },
      peakMemoryBytes: { p50: 1_000_000, p95: 1_000_000, runs: 1 },
    },
  });
  const queued = await aRun();
  expect(await get(`/${queued}/neighbours`)).toMatchObject({
    previous: { id: after },
    next: null,
    usual: { p50: 200, runs: 2 },
  });
  expect(await get(`/${await aRun({ jobName: 'new' })}/neighbours`)).toEqual({
    ...{ previous: null, next: null, lastSuccess: null, lastFailure: null, usual: null, alike: null },
    usualUse: { cpuMs: null, peakMemoryBytes: null },
  });
  expect(problemCode(await call({ path: '/999999/neighbours' }))).toBe('UNKNOWN_RUN');
});

it('draws the graph from any of its runs, ended ones and removed ones among them', async () => {
  const on = (...ids: string[]) => ({ dependsOn: ids.map(BigInt), waitsFor: 'SUCCEEDED' as const });
  const root = await ended(-9_000);
  const [left, right] = [await ended(-8_000, on(root)), await aRun({ ...on(root), isBlocked: false })];
  const last = await aRun({ ...on(left, right, '999999'), isBlocked: true });
  await aRun();
  for (const id of [root, left, last]) {
    const { nodes, edges, isCut } = await get(`/${id}/graph`);
    expect((nodes as GraphNode[]).map(({ jobRunId, depth }) => [jobRunId, depth])).toEqual([
      [root, 0],
      ['999999', 0],
      [left, 1],
      [right, 1],
      [last, 2],
    ]);
    expect(edges).toHaveLength(5);
    expect(nodes[1]).toMatchObject({ jobName: null, status: null });
    expect(isCut).toBe(false);
  }
});

it('cuts a graph of more than 500', async () => {
  const root = await aRun();
  await query(
    `INSERT INTO "JobRun" ("jobName", "isBlocked", "dependsOn", "waitsFor") SELECT 'echo', true, ARRAY[$1::bigint], 'FINISHED' FROM generate_series(1, 600)`,
    [root],
  );
  const { nodes, isCut } = await get(`/${root}/graph`);
  expect([nodes.length, isCut]).toEqual([500, true]);
});

it('lists what people and the product did to a run, in order', async () => {
  const { id } = await enqueue({ runAt: soon(60_000).toISOString(), parameters: {} });
  await post(`/${id}/reschedule`, {});
  await post(`/${id}/cancel`, {});
  await query(
    `INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message) VALUES ($1, 900, 1, 'INFO', 'JOB', 'of the job')`,
    [id],
  );
  const { entries, isCut } = await get(`/${id}/activity`);
  expect(isCut).toBe(false);
  const sources = entries.map(
    ({ kind, event, message }: { kind: string; event: { action: string }; message: { source: string } }) =>
      kind === 'audit' ? event.action : message.source,
  );
  expect(sources.filter((one: string) => one !== 'SYSTEM')).toEqual(['run.enqueue', 'run.reschedule', 'run.cancel']);
  expect(sources).toContain('SYSTEM');
  const times = entries.map(({ at }: { at: string }) => at);
  expect(times).toEqual([...times].sort());
});
