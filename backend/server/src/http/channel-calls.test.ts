import type { JobChannel } from '@job-manager/shared/contract/channels';
import type { JobActivity } from '@job-manager/shared/contract/definitions';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';
import { problemCode, type Sent, send } from '../testing/request-test-kit.js';

let server: TestServer;
let admin: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  admin = await server.signIn('ADMIN');
});
afterAll(() => server.stop());
beforeEach(async () => {
  await sql('TRUNCATE "JobRun", "Channel", "ChannelStart", "JobSettings", "SavedParameters"');
  [{ last }] = await sql('SELECT coalesce(max(id), 0) AS last FROM "AuditEvent"');
});
/** The entry of the audit log before the test. */
let last: string;

const sql = async (text: string, ...values: unknown[]) => (await server.database.pool.query(text, values)).rows;
const call = (sent: Sent) => send(server.url, { ...sent, headers: { authorization: `Bearer ${admin.token}` } });
const path = (name: string) => `/api/admin/jobs/channels/${name}`;
const set = (name: string, body: object) => call({ method: 'PUT', path: path(name), body });
const pause = (name: string, body: object = {}) => call({ method: 'POST', path: `${path(name)}/pause`, body });
const resume = (name: string) => call({ method: 'POST', path: `${path(name)}/resume` });
const list = async (): Promise<JobChannel[]> => (await call({ path: '/api/admin/jobs/channels' })).json.channels;
const named = async (name: string) => (await list()).find((channel) => channel.name === name);
const queue = (channel: string, count: number, more = 'now()', priority = 0) =>
  sql(
    `INSERT INTO "JobRun" ("jobName", channel, priority, "runAt") SELECT 'echo', $1, $2, ${more} FROM generate_series(1, $3)`,
    channel,
    priority,
    count,
  );
const run = (channel: string) =>
  sql(
    `INSERT INTO "JobRun" ("jobName", channel, status, attempt, "claimNo", "leaseToken", "runnerId", "startedAt", "lastHeartbeatAt")
     VALUES ('echo', $1, 'RUNNING', 1, 1, gen_random_uuid(), gen_random_uuid(), now(), now())`,
    channel,
  );
const audit = () => sql('SELECT action, "actorId", target, details FROM "AuditEvent" WHERE id > $1 ORDER BY id', last);

const untouched = {
  concurrency: null,
  concurrencyPerRunner: null,
  rateLimit: null,
  ratePeriodMs: null,
  weight: 1,
  paused: null,
  running: 0,
  queued: 0,
  due: 0,
  scheduled: 0,
  blocked: 0,
  oldestDueAt: null,
  recentStarts: null,
  history: expect.any(Array),
  targetWaitMs: null,
  runners: [],
  jobs: [],
  rev: 0,
};

it('lists the channels of known jobs, of runs and of settings, by name', async () => {
  await queue('mail', 2);
  await run('reports');
  await set('video', { weight: 3 });
  expect((await list()).map(({ name }) => name)).toEqual(['default', 'mail', 'reports', 'video']);
  expect(await named('default')).toEqual({ name: 'default', ...untouched });
});

it('counts running, queued and due runs, and reports since when the oldest waits', async () => {
  await queue('mail', 3, `timestamptz '2026-01-02 03:04:05Z'`, 7);
  await queue('mail', 2, `now() + interval '1 hour'`, -5);
  await sql(`INSERT INTO "JobRun" ("jobName", channel, "isBlocked", "dependsOn") VALUES ('echo', 'mail', true, '{1}')`);
  await run('mail');
  expect(await named('mail')).toMatchObject({
    running: 1,
    queued: 5,
    due: 3,
    oldestDueAt: '2026-01-02T03:04:05.000Z',
  });
});

it('has how many were queued in each minute of an hour, as far as it was sampled', async () => {
  await run('mail');
  await sql(
    `INSERT INTO "QueueSample" (at, channel, queued, due, scheduled, blocked, running)
     SELECT date_trunc('minute', clock_timestamp()) - minute * interval '1 min', channel, queued, 0, 0, 0, 0
     FROM (VALUES (10, '', 7), (10, 'mail', 7), (11, '', 0)) sample(minute, channel, queued) ON CONFLICT DO NOTHING`,
  );
  const history = (await named('mail'))?.history ?? [];
  // The minute may change between the two.
  const at = history.indexOf(7);
  expect([history.length, history.slice(at - 2, at + 1)]).toEqual([60, [null, 0, 7]]);
});

it('counts up to ten thousand', async () => {
  await queue('mail', 10_050);
  expect(await named('mail')).toMatchObject({ queued: 10_000, due: 10_000 });
});

it('sets limits and weight; omitted ones stay, and null takes a limit away', async () => {
  const limits = { concurrency: 5, concurrencyPerRunner: 2, rateLimit: 10, ratePeriodMs: 1_000, weight: 4 };
  const answer = await set('mail', limits);
  expect(answer.status).toBe(200);
  expect(answer.json.channel).toEqual({
    name: 'mail',
    ...untouched,
    rev: expect.any(Number),
    ...limits,
    recentStarts: 0,
  });
  const changed = { name: 'mail', ...untouched, rev: expect.any(Number), ...limits, concurrency: 6, recentStarts: 0 };
  expect((await set('mail', { concurrency: 6 })).json.channel).toEqual(changed);
  expect((await set('mail', { rateLimit: 20 })).json.channel).toMatchObject({ rateLimit: 20, ratePeriodMs: 1_000 });
  expect((await set('mail', { concurrency: null, rateLimit: null })).json.channel).toMatchObject({
    ...{ concurrency: null, concurrencyPerRunner: 2, rateLimit: null, ratePeriodMs: null, weight: 4 },
  });
  expect((await set('new', { weight: 3 })).json.channel).toEqual({ name: 'new', ...untouched, weight: 3, rev: 1 });
});

it('refuses a change that names nothing, or a limit that there is not, and changes nothing', async () => {
  await set('mail', { concurrency: 5 });
  const empty = await set('mail', {});
  expect(empty.status).toBe(400);
  expect(empty.json.detail).toBe('The call names nothing to change; null takes a limit away.');
  const misspelt = await set('mail', { concurency: 2 });
  expect(misspelt.json.detail).toBe('concurency: is no field of this call; did you mean concurrency?');
  expect(await named('mail')).toMatchObject({ concurrency: 5 });
});

it('reports the starts that count against a rate limit now', async () => {
  await set('mail', { rateLimit: 10, ratePeriodMs: 60_000 });
  await sql(
    `INSERT INTO "ChannelStart" VALUES ('mail', now() - interval '61 s', 5), ('mail', now() - interval '30 s', 3)`,
  );
  expect(await named('mail')).toMatchObject({ recentStarts: 3 });
});

it('pauses with who and why, and goes on', async () => {
  const answer = await pause('mail', { reason: '  The provider is down ' });
  expect(answer.json.channel.paused).toEqual({
    at: expect.stringMatching(/Z$/),
    by: admin.email,
    reason: 'The provider is down',
    resumeAt: null,
  });
  expect(await named('mail')).toMatchObject({ paused: { reason: 'The provider is down' } });
  expect((await resume('mail')).json.channel.paused).toBeNull();
  expect(await named('mail')).toMatchObject({ paused: null });
});

it('keeps limits while a channel is paused, and the pause while limits change', async () => {
  await set('mail', { concurrency: 5 });
  expect((await pause('mail')).json.channel).toMatchObject({ concurrency: 5 });
  expect((await set('mail', { concurrency: 6 })).json.channel).toMatchObject({
    concurrency: 6,
    paused: { by: admin.email },
  });
});

it('shows a pause until it ends by itself', async () => {
  const resumeAt = new Date(Date.now() + 3_600_000).toISOString();
  expect((await pause('mail', { resumeAt })).json.channel.paused).toMatchObject({ resumeAt, reason: null });
  await sql(`UPDATE "Channel" SET "resumeAt" = now() - interval '1 s'`);
  expect(await named('mail')).toMatchObject({ paused: null });
});

it('refuses a pause that would have ended already, and changes nothing', async () => {
  const answer = await pause('mail', { resumeAt: '2020-01-01T00:00:00Z' });
  expect(answer.status).toBe(400);
  expect(problemCode(answer)).toBe('INVALID_INPUT');
  expect(answer.json).toMatchObject({ field: 'resumeAt', details: expect.stringContaining('in the future') });
  expect(await sql('SELECT * FROM "Channel"')).toEqual([]);
  expect(await audit()).toEqual([]);
});

it('refuses a pause until a day that no answer could represent, and stays readable', async () => {
  const answer = await pause('mail', { resumeAt: '9999-12-31T23:59:59-23:59' });
  expect(answer.status).toBe(400);
  expect(problemCode(answer)).toBe('INVALID_INPUT');
  expect(answer.json).toMatchObject({ field: 'resumeAt', details: 'resumeAt must be within the next 10 years.' });
  expect((await call({ path: '/api/admin/jobs/channels' })).status).toBe(200);
});

it('writes who changed what into the audit log, before and after', async () => {
  await set('mail', { concurrency: 5 });
  await set('mail', { concurrency: null, rateLimit: 2, ratePeriodMs: 100, weight: 3 });
  await pause('mail', { reason: 'down' });
  await resume('mail');
  const by = { actorId: admin.id, target: 'mail' };
  expect(await audit()).toMatchObject([
    { ...by, action: 'channel.set', details: { before: { weight: 1 }, after: { concurrency: 5, weight: 1 } } },
    {
      ...by,
      action: 'channel.set',
      details: { before: { concurrency: 5, weight: 1 }, after: { rateLimit: 2, ratePeriodMs: 100, weight: 3 } },
    },
    { ...by, action: 'channel.pause', details: { before: {}, after: { pausedBy: admin.email, reason: 'down' } } },
    { ...by, action: 'channel.resume', details: { before: { pausedBy: admin.email, reason: 'down' }, after: {} } },
  ]);
});

it('resumes a channel that is not paused without an error', async () => {
  expect((await resume('mail')).json.channel).toEqual({ name: 'mail', ...untouched });
  expect(await audit()).toEqual([]);
});

it('forgets the starts of a rate limit that is lifted', async () => {
  await set('mail', { rateLimit: 1, ratePeriodMs: 60_000 });
  await sql(`INSERT INTO "ChannelStart" VALUES ('mail', now(), 1)`);
  await set('mail', { rateLimit: null });
  expect(await sql('SELECT * FROM "ChannelStart"')).toEqual([]);
});

it.each(['a\u0000b', 'a\ud800b', 'x'.repeat(501)])('refuses a reason that cannot be kept', async (reason) => {
  const answer = await pause('mail', { reason });
  expect(answer.status).toBe(400);
  expect(problemCode(answer)).toBe('INVALID_INPUT');
});

it.each([
  [{ concurrency: -1 }, 'concurrency'],
  [{ concurrency: 0 }, 'concurrency'],
  [{ concurrencyPerRunner: 1.5 }, 'concurrencyPerRunner'],
  [{ concurrency: 2_000_000 }, 'concurrency'],
  [{ rateLimit: 5 }, 'ratePeriodMs'],
  [{ ratePeriodMs: 1_000 }, 'ratePeriodMs'],
  [{ rateLimit: 5, ratePeriodMs: 1 }, 'ratePeriodMs'],
  [{ weight: 0 }, 'weight'],
  [{ weight: 'heavy' }, 'weight'],
  [{ weight: null }, 'weight'],
  [{ rateLimit: null, ratePeriodMs: 1_000 }, 'ratePeriodMs'],
])('refuses %j and names the field', async (body, field) => {
  const answer = await set('mail', body);
  expect(answer.status).toBe(400);
  expect(problemCode(answer)).toBe('INVALID_INPUT');
  expect(answer.json.field).toBe(field);
  expect(await sql('SELECT * FROM "Channel"')).toEqual([]);
});

it.each(['Mail', '1st', 'a_b', 'ä', `a${'b'.repeat(100)}`])('refuses the channel name %s', async (name) => {
  for (const answer of [await set(encodeURIComponent(name), {}), await pause(encodeURIComponent(name))]) {
    expect(answer.status).toBe(400);
    expect(answer.json.field).toBe('channel');
  }
});

const jobPath = '/api/admin/jobs/definitions/echo';

it('pauses and resumes a job, and records it in the audit log', async () => {
  const resumeAt = new Date(Date.now() + 3_600_000).toISOString();
  const paused = await call({ method: 'POST', path: `${jobPath}/pause`, body: { reason: ' down ', resumeAt } });
  expect(paused.json).toMatchObject({
    jobName: 'echo',
    settings: { paused: { by: admin.email, reason: 'down', resumeAt }, rev: 0 },
  });
  const resumed = await call({ method: 'POST', path: `${jobPath}/resume` });
  expect(resumed.json.settings.paused).toBeNull();
  expect(await audit()).toMatchObject([
    { action: 'job.pause', target: 'echo', details: { before: {}, after: { reason: 'down' } } },
    { action: 'job.resume', target: 'echo', details: { before: { reason: 'down' }, after: {} } },
  ]);
});

it('changes settings of a job, which its definition then shows beside the values of the code', async () => {
  const set = (body: object) => call({ method: 'PUT', path: `${jobPath}/settings`, body });
  expect((await set({ priority: 4, slowAfterMs: 60_000, rev: 0 })).json.settings).toMatchObject({
    priority: 4,
    rev: 1,
  });
  const stale = await set({ priority: 5, rev: 0 });
  expect(stale.status).toBe(409);
  expect(stale.json).toMatchObject({ code: 'CHANGED', current: { priority: 4, rev: 1 } });
  const { jobs } = (await call({ path: '/api/admin/jobs/definitions' })).json;
  expect(jobs.find(({ name }: { name: string }) => name === 'echo')).toMatchObject({
    priority: 4,
    slowAfterMs: 60_000,
    code: { priority: 0 },
  });
  expect((await call({ method: 'DELETE', path: `${jobPath}/settings` })).json.settings).toMatchObject({
    priority: null,
    rev: 2,
  });
  const more = { stalledAfterMs: 900_000, onStalled: 'fail', autoForceFailAfterMs: 300_000, keepDays: 400 };
  expect((await set(more)).json.settings).toMatchObject(more);
  for (const wrong of [
    { stalledAfterMs: 1 },
    { onStalled: 'skip' },
    { autoForceFailAfterMs: 59_999 },
    { keepDays: -1 },
  ])
    expect((await set(wrong)).json.field).toBe(Object.keys(wrong)[0]);
  await set({ stalledAfterMs: null, onStalled: null, autoForceFailAfterMs: null, keepDays: null });
  expect((await set({})).status).toBe(400);
  expect((await set({ channel: 'No Channel' })).json.field).toBe('channel');
  expect((await call({ path: '/api/admin/jobs/definitions/nothing/settings' })).status).toBe(404);
});

it('keeps the target of a channel, and refuses a change of what has changed meanwhile', async () => {
  expect((await set('mail', { targetWaitMs: 10_000, rev: 0 })).json.channel).toMatchObject({
    targetWaitMs: 10_000,
    rev: 1,
  });
  const stale = await set('mail', { weight: 2, rev: 0 });
  expect(stale.json).toMatchObject({ code: 'CHANGED', current: { weight: 1, targetWaitMs: 10_000 } });
  await queue('mail', 2, "now() + interval '1 hour'");
  await queue('mail', 1);
  await sql(`UPDATE "JobRun" SET "isBlocked" = true WHERE id = (SELECT max(id) FROM "JobRun")`);
  expect(await named('mail')).toMatchObject({ queued: 2, due: 0, scheduled: 2, blocked: 1 });
});

describe('the form of a job', () => {
  it('returns the problems of parameters, and which runs are under way', async () => {
    const check = async (parameters: object) =>
      (await call({ method: 'POST', path: `${jobPath}/check`, body: { parameters } })).json;
    await run('default');
    await queue('default', 1);
    const { issues, underWay } = await check({ word: 'x'.repeat(40_000) });
    expect(issues).toEqual([{ path: expect.stringMatching(/^parameters/), message: expect.any(String) }]);
    expect(underWay.map(({ status }: { status: string }) => status)).toEqual(['RUNNING', 'QUEUED']);
    expect((await check({})).issues).toEqual([]);
  });

  it('returns what a run would wait for in its channel', async () => {
    const waitingOf = async (body: object) =>
      (await call({ method: 'POST', path: `${jobPath}/check`, body: { parameters: {}, ...body } })).json.waiting;
    expect(await waitingOf({ channel: 'mail' })).toMatch(/^No runner is alive/);
    await sql(
      `INSERT INTO "Runner" (id, kind, host, pid, version, concurrency) VALUES (gen_random_uuid(), 'WORKER', 'h', 1, '1', 5)`,
    );
    await queue('mail', 3);
    await queue('mail', 1, "now() + interval '1 hour'");
    expect(await waitingOf({ channel: 'mail' })).toContain('3 runs come before it in channel mail.');
    expect(await waitingOf({ channel: 'mail', priority: -1 })).toContain('It is next in channel mail.');
    await pause('mail', { reason: 'Full disk' });
    expect(await waitingOf({ channel: 'mail' })).toMatch(/^Channel mail .*Full disk/);
    await sql('DELETE FROM "Runner"');
  });

  it('has the last five different parameters', async () => {
    await sql(
      `INSERT INTO "JobRun" ("jobName", parameters, status, "claimNo", attempt, "finishedAt")
       SELECT 'echo', jsonb_build_object('word', n % 7), 'SUCCESS', 1, 1, now() - n * interval '1 min' FROM generate_series(0, 20) n`,
    );
    const { recent } = (await call({ path: `${jobPath}/recent` })).json;
    expect(recent.map(({ parameters }: { parameters: { word: number } }) => parameters.word)).toEqual([0, 1, 2, 3, 4]);
    const { jobs } = (await call({ path: '/api/admin/jobs/definitions/activity' })).json;
    expect(jobs.find(({ jobName }: { jobName: string }) => jobName === 'echo')).toMatchObject({
      hasCode: true,
      lastRun: { id: recent[0].jobRunId, status: 'SUCCESS' },
    });
  });

  it('has jobs that are gone from all code while runs of them are queued', async () => {
    await sql(
      `INSERT INTO "JobProcess" (id, host, pid, "jobNames", versions) VALUES (gen_random_uuid(), 'h', 1, '{elsewhere}', '{1}')`,
    );
    await sql(`INSERT INTO "JobRun" ("jobName") SELECT unnest(ARRAY['gone', 'elsewhere', 'echo'])`);
    const { jobs } = (await call({ path: '/api/admin/jobs/definitions/activity' })).json;
    const listed = jobs.filter(({ isGone, hasCode }: JobActivity) => isGone || !hasCode);
    expect(listed).toMatchObject([{ jobName: 'gone', isGone: true, hasCode: false, lastRun: null }]);
    await sql(`DELETE FROM "JobProcess" WHERE host = 'h'`);
  });

  it('has presets: one sees their own and those that are shared', async () => {
    const other = await server.signIn('ADMIN', 'other@example.com');
    const as = (token: string, sent: Sent) =>
      send(server.url, { ...sent, headers: { authorization: `Bearer ${token}` } });
    const path = '/api/admin/jobs/presets';
    const save = (body: object) => call({ method: 'POST', path, body: { jobName: 'echo', ...body } });
    const namesOf = async (token: string) =>
      (await as(token, { path: `${path}?jobName=echo` })).json.presets.map(({ name }: { name: string }) => name);
    const mine = (await save({ name: 'user 8', parameters: { word: 'a', password: 'secret' } })).json.preset;
    expect(mine).toMatchObject({ isMine: true, isShared: false, rev: 1, parameters: { password: '[redacted]' } });
    await save({ name: 'nightly', isShared: true });
    expect(await namesOf(admin.token)).toEqual(['user 8', 'nightly']);
    expect(await namesOf(other.token)).toEqual(['nightly']);
    expect((await save({ name: 'user 8' })).json).toMatchObject({ code: 'NAME_TAKEN', field: 'name' });
    const change = { method: 'PUT', path: `${path}/${mine.id}`, body: { name: 'user 9', rev: 1 } } as const;
    expect((await as(other.token, change)).status).toBe(404);
    expect((await call(change)).json.preset).toMatchObject({ name: 'user 9', rev: 2 });
    expect((await call(change)).json).toMatchObject({ code: 'CHANGED', current: { name: 'user 9', rev: 2 } });
    expect((await call({ method: 'DELETE', path: `${path}/${mine.id}` })).json).toEqual({ removed: true });
    expect(await namesOf(admin.token)).toEqual(['nightly']);
  });

  it('has saved views: one sees their own and those that are shared', async () => {
    const other = await server.signIn('ADMIN', 'another@example.com');
    const as = (token: string, sent: Sent) =>
      send(server.url, { ...sent, headers: { authorization: `Bearer ${token}` } });
    const path = '/api/admin/jobs/views';
    const given = { page: 'history', name: 'failed', query: 'status=FAILED' };
    const save = (body: object) => call({ method: 'POST', path, body: { ...given, ...body } });
    const namesOf = async (token: string, page: string) =>
      (await as(token, { path: `${path}?page=${page}` })).json.views.map(({ name }: { name: string }) => name);
    const mine = (await save({ isPinned: true })).json.view;
    expect(mine).toMatchObject({ ...given, isMine: true, isShared: false, isPinned: true, rev: 1 });
    await save({ name: 'of all', isShared: true });
    await save({ page: 'active', name: 'of another list' });
    expect(await namesOf(admin.token, 'history')).toEqual(['failed', 'of all']);
    expect(await namesOf(other.token, 'history')).toEqual(['of all']);
    expect((await save({})).json).toMatchObject({ code: 'NAME_TAKEN', field: 'name' });
    expect((await save({ name: 'x', query: '?a=1' })).json).toMatchObject({ code: 'INVALID_INPUT', field: 'query' });
    const body = { name: 'failing', query: 'status=FAILED&job=echo', rev: 1 };
    const change = { method: 'PUT', path: `${path}/${mine.id}`, body } as const;
    expect((await as(other.token, change)).status).toBe(404);
    expect((await call(change)).json.view).toMatchObject({
      name: 'failing',
      query: body.query,
      isPinned: false,
      rev: 2,
    });
    expect((await call(change)).json).toMatchObject({ code: 'CHANGED', current: { name: 'failing', rev: 2 } });
    expect((await call({ method: 'DELETE', path: `${path}/${mine.id}` })).json).toEqual({ removed: true });
    expect(await namesOf(admin.token, 'history')).toEqual(['of all']);
  });
});
