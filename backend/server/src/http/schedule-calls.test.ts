import { timeNew } from '@job-manager/engine/queue/schedules/timed-settings';
import { SYSTEM } from '@job-manager/engine/queue/system-actor';
import { addSchedule, MAX_SCHEDULES } from '@job-manager/engine/queue/transitions/schedule';
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
beforeEach(() => sql('TRUNCATE "Schedule", "ScheduleSkip", "JobRun"'));

const sql = async (text: string, ...values: unknown[]) => (await server.database.pool.query(text, values)).rows;
const call = (method: string, path: string, body?: object) =>
  send(server.url, {
    method,
    path: `/api/admin/jobs/schedules${path}`,
    body: body ?? (method === 'GET' ? undefined : {}),
    headers: { authorization: `Bearer ${admin.token}` },
  } as Sent);
const NIGHTLY = { name: 'nightly', jobName: 'echo', cron: '0 3 * * *', timeZone: 'Europe/Berlin' };
const create = (more: object = {}) => call('POST', '', { ...NIGHTLY, ...more });
const created = async (more: object = {}) => (await create(more)).json.schedule;
const inCode = (name: string, jobName = 'echo') =>
  addSchedule(
    server.database.pool,
    timeNew(
      { name, jobName, parameters: {}, everyMs: 60_000, timeZone: 'UTC', missed: 'once', overlap: 'skip' },
      new Date(),
    ),
    'CODE',
    SYSTEM,
  );

it('creates a schedule and returns its description and next time', async () => {
  const answer = await create({ parameters: { word: 'hello' } });
  expect(answer.status, answer.text).toBe(201);
  const { schedule } = answer.json;
  expect(schedule).toMatchObject({
    ...NIGHTLY,
    parameters: { word: 'hello' },
    everyMs: null,
    timing: 'At 03:00 (Europe/Berlin)',
    missed: 'once',
    overlap: 'skip',
    channel: null,
    priority: null,
    source: 'api',
    paused: null,
    problem: null,
    lastDueAt: null,
    lastRunId: null,
    createdBy: admin.email,
    skips: [],
    outcomes: [],
    rev: expect.any(String),
  });
  expect(answer.headers.location).toBe(`/api/admin/jobs/schedules/${schedule.id}`);
  const { times } = (await call('GET', `/${schedule.id}/next?count=3`)).json;
  expect(times).toHaveLength(3);
  expect(times[0]).toBe(schedule.nextRunAt);
  for (const at of times) {
    expect(new Date(at).toLocaleTimeString('sv', { timeZone: 'Europe/Berlin' })).toBe('03:00:00');
  }
  expect((await call('GET', `/${schedule.id}`)).json.schedule).toEqual(schedule);
});

it('lists the next first, and those that are paused last', async () => {
  const paused = await created({ name: 'paused', cron: '* * * * * *' });
  await call('POST', `/${paused.id}/pause`);
  await created({ name: 'later' });
  await created({ name: 'soon', cron: '* * * * *' });
  const { schedules, serverTime } = (await call('GET', '')).json;
  expect(schedules.map(({ name }: { name: string }) => name)).toEqual(['soon', 'later', 'paused']);
  expect(Math.abs(Date.parse(serverTime) - Date.now())).toBeLessThan(60_000);
});

it('previews a line or an interval without keeping anything', async () => {
  const preview = await call('GET', '/preview?cron=0%2012%20*%20*%20MON-FRI&timeZone=Asia/Kathmandu&count=2');
  expect(preview.json.timing).toBe('At 12:00, Monday through Friday (Asia/Kathmandu)');
  expect(preview.json.times).toEqual([
    expect.stringMatching(/T06:15:00.000Z$/),
    expect.stringMatching(/T06:15:00.000Z$/),
  ]);
  const every = (await call('GET', '/preview?everyMs=90000')).json;
  expect(every.timing).toBe('Every 90 seconds');
  expect(Date.parse(every.times[1]) - Date.parse(every.times[0])).toBe(90_000);
  expect(await sql('SELECT 1 FROM "Schedule"')).toEqual([]);
  const timing = { cron: '0 12 * * MON-FRI', timeZone: 'Asia/Kathmandu' };
  const { id } = await created(timing);
  expect((await call('GET', `/${id}/next?count=2`)).json.times).toEqual(preview.json.times);
});

describe('refuses', () => {
  it.each([
    [{ cron: '0 0 30 2 *' }, 'INVALID_INPUT', 'cron', '"0 0 30 2 *" never comes due: no date fits it.'],
    [{ cron: '0 25 * * *' }, 'INVALID_INPUT', 'cron', 'The hour field "25" cannot be read'],
    [{ timeZone: 'Mars/Base' }, 'INVALID_INPUT', 'timeZone', 'There is no time zone named "Mars/Base".'],
    [{ everyMs: 5_000 }, 'INVALID_INPUT', 'cron', 'Give a cron line or an interval, not both.'],
    [{ cron: undefined }, 'INVALID_INPUT', 'cron', 'Give either a cron line or an interval.'],
    [{ cron: undefined, everyMs: 999 }, 'INVALID_INPUT', 'everyMs', 'everyMs: must be at least 1000'],
    [{ channel: 'No Lane' }, 'INVALID_INPUT', 'channel', 'channel: must begin with a lower case letter'],
    [{ priority: 101 }, 'INVALID_INPUT', 'priority', 'priority: must be at most 100'],
    [{ name: 'Not A Name' }, 'INVALID_INPUT', 'name', 'name: must begin with a lower case letter'],
    [{ jobName: 'gone' }, 'UNKNOWN_JOB', 'jobName', 'There is no job named "gone".'],
    [{ parameters: { word: 7 } }, 'INVALID_PARAMETERS', 'parameters', 'parameters.word: must be a text, not a number'],
  ])('%j', async (more, code, field, detail) => {
    const answer = await create(more);
    expect(answer.status).toBe(400);
    expect(problemCode(answer)).toBe(code);
    expect(answer.json).toMatchObject({ field, detail: expect.stringContaining(detail) });
    const { id } = await created({ name: 'good' });
    const change = await call('PUT', `/${id}`, { ...NIGHTLY, name: 'good', ...more });
    expect(change.json).toMatchObject({ code, field });
    expect(await sql('SELECT name, rev FROM "Schedule"')).toEqual([{ name: 'good', rev: 0 }]);
  });

  it('a preview of nonsense', async () => {
    expect((await call('GET', '/preview?cron=x')).json).toMatchObject({ code: 'INVALID_INPUT', field: 'cron' });
    expect((await call('GET', '/preview')).json).toMatchObject({ code: 'INVALID_INPUT', field: 'cron' });
  });

  it('a name that is taken', async () => {
    await create();
    const again = await create();
    expect([again.status, problemCode(again), again.json.field]).toEqual([409, 'NAME_TAKEN', 'name']);
    const { id } = await created({ name: 'other' });
    const renamed = await call('PUT', `/${id}`, NIGHTLY);
    expect([renamed.status, problemCode(renamed)]).toEqual([409, 'NAME_TAKEN']);
  });

  it('one more than a thousand', async () => {
    await sql(
      `INSERT INTO "Schedule" (name, "jobName", "everyMs", source) SELECT 's' || n, 'echo', 60000, 'API' FROM generate_series(1, $1::int) n`,
      MAX_SCHEDULES,
    );
    const answer = await create();
    expect([answer.status, answer.json.detail]).toEqual([409, 'There are 1000 schedules, and no room for another.']);
  });

  it('a request about no schedule', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/next'],
      ['GET', '/runs'],
      ['PUT', ''],
      ['DELETE', ''],
      ['POST', '/pause'],
      ['POST', '/resume'],
      ['POST', '/run'],
    ]) {
      const answer = await call(method ?? '', `/${id}${path}`, method === 'PUT' ? NIGHTLY : undefined);
      expect([method, path, answer.status, problemCode(answer)]).toEqual([method, path, 404, 'UNKNOWN_SCHEDULE']);
    }
  });
});

describe('changes', () => {
  it('the timing, from now on', async () => {
    const { id } = await created();
    const { schedule } = (
      await call('PUT', `/${id}`, { ...NIGHTLY, name: 'hourly', cron: '0 * * * *', overlap: 'cancel', missed: 'all' })
    ).json;
    expect(schedule).toMatchObject({
      id,
      name: 'hourly',
      timing: 'Every hour (Europe/Berlin)',
      overlap: 'cancel',
      missed: 'all',
    });
    expect(Date.parse(schedule.nextRunAt) - Date.now()).toBeLessThanOrEqual(3_600_000);
  });

  it('the channel and the priority of its runs, those now and those of the past as well', async () => {
    const { id, rev } = await created({ channel: 'mail', priority: -3 });
    await call('POST', `/${id}/run`);
    await call('POST', `/${id}/backfill`, { from: '2026-01-01T00:00:00Z', to: '2026-01-02T12:00:00Z' });
    expect(await sql('SELECT DISTINCT channel, priority FROM "JobRun"')).toEqual([{ channel: 'mail', priority: -3 }]);
    const { schedule } = (await call('PUT', `/${id}`, { ...NIGHTLY, channel: 'slow', rev })).json;
    expect(schedule).toMatchObject({ channel: 'slow', priority: null });
    expect(schedule.rev).not.toBe(rev);
    const stale = await call('PUT', `/${id}`, { ...NIGHTLY, rev });
    expect([stale.status, stale.json.current.channel]).toEqual([409, 'slow']);
    const audited = await sql(
      `SELECT details ->> 'channel' AS channel, details -> 'priority' AS priority FROM "AuditEvent"
      WHERE details ->> 'scheduleId' = $1 AND action IN ('schedule.create', 'schedule.change') ORDER BY id`,
      id,
    );
    expect(audited).toEqual([
      { channel: 'mail', priority: -3 },
      { channel: 'slow', priority: null },
    ]);
  });

  it('an interval without moving it, as long as it stays the same', async () => {
    const every = { name: 'often', jobName: 'echo', cron: undefined, everyMs: 3_600_000 };
    const { id, nextRunAt } = await created(every);
    const kept = await call('PUT', `/${id}`, { ...NIGHTLY, ...every, parameters: { word: 'x' } });
    expect(kept.json.schedule).toMatchObject({ nextRunAt, parameters: { word: 'x' } });
    const moved = await call('PUT', `/${id}`, { ...NIGHTLY, ...every, everyMs: 7_200_000 });
    expect(Date.parse(moved.json.schedule.nextRunAt)).toBeGreaterThan(Date.parse(nextRunAt));
  });

  it('keeps as missed what the former timing had due', async () => {
    const { id } = await created({ cron: '0 * * * *', timeZone: 'UTC' });
    await sql(`UPDATE "Schedule" SET "nextRunAt" = date_trunc('hour', clock_timestamp()) - interval '2 hours'`);
    const { schedule } = (await call('PUT', `/${id}`, NIGHTLY)).json;
    expect(schedule.skips).toMatchObject([{ reason: 'missed', dueTimes: 3 }]);
    expect(schedule.lastDueAt).toBe(schedule.skips[0].lastDueAt);
  });

  it('none that is kept in code, and explains where to change it', async () => {
    const row = await inCode('by-code');
    for (const [method, what] of [
      ['PUT', 'changed'],
      ['DELETE', 'removed'],
    ]) {
      const answer = await call(method ?? '', `/${row?.id}`, method === 'PUT' ? NIGHTLY : undefined);
      expect(answer.status).toBe(409);
      expect(answer.json.detail).toBe(
        `Schedule "by-code" is kept in the code of job "echo", and can only be ${what} there. It can be paused here.`,
      );
    }
  });
});

describe('removes', () => {
  it('a schedule with its skips, and leaves its runs', async () => {
    const { id } = await created();
    await call('POST', `/${id}/run`);
    await sql(
      `INSERT INTO "ScheduleSkip" ("scheduleId", "firstDueAt", "lastDueAt", "dueTimes", reason) VALUES ($1, now(), now(), 1, 'MISSED')`,
      id,
    );
    expect((await call('DELETE', `/${id}`)).json).toEqual({ removed: true });
    expect(await sql('SELECT 1 FROM "Schedule" UNION ALL SELECT 1 FROM "ScheduleSkip"')).toEqual([]);
    expect(await sql('SELECT "scheduleId" FROM "JobRun"')).toEqual([{ scheduleId: id }]);
  });

  it('one that was in the code of a job that is gone', async () => {
    const row = await inCode('orphan', 'gone');
    expect((await call('DELETE', `/${row?.id}`)).status).toBe(200);
  });
});

describe('pauses', () => {
  it('with who and why, once, and resumes with a choice for what was missed', async () => {
    const { id } = await created({ cron: '* * * * *', timeZone: 'UTC' });
    const paused = (await call('POST', `/${id}/pause`, { reason: 'holidays' })).json.schedule;
    expect(paused).toMatchObject({ paused: { by: admin.email, reason: 'holidays' }, nextRunAt: null });
    const again = (await call('POST', `/${id}/pause`, { reason: 'other' })).json.schedule;
    expect(again.paused).toEqual(paused.paused);
    await sql(`UPDATE "Schedule" SET "nextRunAt" = date_trunc('minute', clock_timestamp()) - interval '1 day'`);
    const before = Date.now();
    const resumed = (await call('POST', `/${id}/resume`)).json.schedule;
    expect(resumed.paused).toBeNull();
    expect(Date.parse(resumed.nextRunAt)).toBeGreaterThan(before - 1_000);
    expect(resumed.skips).toMatchObject([{ reason: 'paused' }]);
    expect([1_441, 1_442]).toContain(resumed.skips[0].dueTimes);
    expect(resumed.lastDueAt).toBe(resumed.skips[0].lastDueAt);
    expect((await call('POST', `/${id}/resume`)).json.schedule).toEqual(resumed);
  });

  it('one that had no due time, and goes on from now when it is resumed', async () => {
    const { id } = await created();
    await call('POST', `/${id}/pause`);
    await sql('UPDATE "Schedule" SET "nextRunAt" = NULL');
    const { schedule } = (await call('POST', `/${id}/resume`)).json;
    expect(Date.parse(schedule.nextRunAt)).toBeGreaterThan(Date.now());
    expect(schedule.skips).toEqual([]);
  });

  it('those in code as well', async () => {
    const row = await inCode('by-code');
    expect((await call('POST', `/${row?.id}/pause`)).json.schedule.paused).toMatchObject({ reason: null });
    expect((await call('POST', `/${row?.id}/resume`)).json.schedule).toMatchObject({
      paused: null,
      nextRunAt: row?.nextRunAt?.toISOString(),
    });
  });
});

describe('runs now', () => {
  it('beside the due times, as the caller, with the settings of the schedule', async () => {
    const { id, nextRunAt } = await created({ parameters: { word: 'now' } });
    const answer = await call('POST', `/${id}/run`);
    expect(answer.status).toBe(201);
    const { jobRunId } = answer.json;
    expect(answer.headers.location).toBe(`/api/admin/jobs/${jobRunId}`);
    const [run] = await sql('SELECT * FROM "JobRun" WHERE id = $1', jobRunId);
    expect(run).toMatchObject({
      trigger: 'API',
      triggeredById: admin.id,
      parameters: { word: 'now' },
      scheduleId: id,
      dueAt: expect.any(Date),
      isBlocked: false,
    });
    expect((await call('GET', `/${id}`)).json.schedule).toMatchObject({
      nextRunAt,
      lastRunId: jobRunId,
      lastDueAt: null,
    });
  });

  it('as often as it is requested, at once and while it is paused', async () => {
    const { id } = await created();
    await call('POST', `/${id}/pause`);
    const answers = await Promise.all(Array.from({ length: 12 }, () => call('POST', `/${id}/run`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(201));
    expect(new Set(answers.map(({ json }) => json.jobRunId)).size).toBe(12);
  });

  it('not where the job is gone', async () => {
    const row = await inCode('orphan', 'gone');
    const answer = await call('POST', `/${row?.id}/run`);
    expect([answer.status, answer.json.detail]).toEqual([400, 'There is no job named "gone".']);
  });
});

it('reports what keeps a schedule from running', async () => {
  const gone = await inCode('orphan', 'gone');
  const { id } = await created({ parameters: { word: 'short' } });
  await sql(`UPDATE "Schedule" SET parameters = '{"word": 7}' WHERE id = $1`, id);
  const broken = await created({ name: 'broken' });
  await sql(`UPDATE "Schedule" SET "timeZone" = 'Mars/Base' WHERE id = $1`, broken.id);
  const problem = async (of: string | undefined) => (await call('GET', `/${of}`)).json.schedule.problem;
  expect(await problem(gone?.id)).toBe(
    'There is no job named "gone" in the code any more: nothing is queued until it is back.',
  );
  expect(await problem(id)).toContain('Its parameters do not fit the job any more: parameters.word');
  expect(await problem(broken.id)).toContain('Its timing cannot be read: ');
  expect((await call('GET', '')).json.schedules).toHaveLength(3);
});

describe('a pause with an end', () => {
  it('is shown, and refused where it lies in the past', async () => {
    const { id } = await created();
    expect((await call('POST', `/${id}/pause`, { resumeAt: '2020-01-01T00:00Z' })).json.field).toBe('resumeAt');
    const resumeAt = new Date(Date.now() + 3_600_000).toISOString();
    expect((await call('POST', `/${id}/pause`, { resumeAt })).json.schedule.paused).toMatchObject({ resumeAt });
    expect((await call('POST', `/${id}/resume`)).json.schedule.paused).toBeNull();
  });

  it('is set for several at once, and removed', async () => {
    const ids = [(await created({ name: 'one' })).id, (await created({ name: 'two' })).id];
    await call('POST', `/${ids[0]}/pause`);
    const gone = '00000000-0000-4000-8000-000000000000';
    const paused = await call('POST', '/pause', { scheduleIds: [...ids, gone], reason: 'holidays' });
    expect(paused.json).toEqual({ changed: [ids[1]], unchanged: [ids[0], gone] });
    expect((await call('POST', '/resume', { scheduleIds: ids })).json.changed).toEqual(ids);
  });
});

it('refuses a change of what has changed meanwhile, but not because it fired or was paused', async () => {
  const { id, rev } = await created();
  await call('POST', `/${id}/pause`);
  const first = await call('PUT', `/${id}`, { ...NIGHTLY, cron: '0 4 * * *', rev });
  expect(first.status, first.text).toBe(200);
  const second = await call('PUT', `/${id}`, { ...NIGHTLY, cron: '0 5 * * *', rev });
  expect(second.status).toBe(409);
  expect(second.json).toMatchObject({ code: 'CHANGED', current: { cron: '0 4 * * *', rev: first.json.schedule.rev } });
});

it('warns of a timing that the clock changes, or that makes very many runs', async () => {
  const warnings = async (cron: string) =>
    (await call('GET', `/preview?${new URLSearchParams({ cron, timeZone: 'Europe/Berlin' })}`)).json.warnings;
  expect(await warnings('30 2 * * *')).toEqual(
    expect.arrayContaining([
      { kind: 'skipped', message: expect.stringContaining('has no 02:30') },
      { kind: 'doubled', message: expect.stringContaining('has 02:30 twice') },
    ]),
  );
  expect(await warnings('0 12 * * *')).toEqual([]);
  expect(await warnings('*/10 * * * *')).toEqual([]);
  expect(await warnings('* * * * * *')).toEqual([{ kind: 'many', message: 'It makes 86,400 runs a day.' }]);
});

it('queues runs for due times that have none, one behind the other', async () => {
  const { id } = await created({ cron: '0 3 * * *', timeZone: 'UTC' });
  const range = { from: '2026-01-01T00:00Z', to: '2026-01-03T12:00Z' };
  await sql(`INSERT INTO "JobRun" ("jobName", "scheduleId", "dueAt") VALUES ('echo', $1, '2026-01-02T03:00Z')`, id);
  const preview = (await call('POST', `/${id}/backfill/preview`, range)).json;
  expect(preview).toEqual({
    times: ['2026-01-01T03:00:00.000Z', '2026-01-03T03:00:00.000Z'],
    withRun: 1,
    isCut: false,
  });
  const { jobRunIds } = (await call('POST', `/${id}/backfill`, range)).json;
  const runs = await sql(
    'SELECT id::text, "isBlocked", "dependsOn"::text[], "dueAt" FROM "JobRun" WHERE id = ANY($1) ORDER BY id',
    jobRunIds,
  );
  expect(runs).toMatchObject([
    { id: jobRunIds[0], isBlocked: false, dependsOn: null },
    { id: jobRunIds[1], isBlocked: true, dependsOn: [jobRunIds[0]] },
  ]);
  expect((await call('POST', `/${id}/backfill`, range)).json).toEqual({ jobRunIds: [] });
  const { outcomes } = (await call('GET', `/${id}`)).json.schedule;
  expect(outcomes.map(({ dueAt }: { dueAt: string }) => dueAt.slice(0, 10))).toEqual([
    '2026-01-03',
    '2026-01-02',
    '2026-01-01',
  ]);
  const page = (await call('GET', `/${id}/runs?limit=2`)).json;
  expect(page).toMatchObject({ hasMore: true, runs: [{ jobRunId: jobRunIds[1], startedAt: null }, {}] });
  const rest = (await call('GET', `/${id}/runs?before=${page.runs[1].dueAt}`)).json;
  expect(rest).toMatchObject({ hasMore: false, runs: [{ jobRunId: jobRunIds[0], dueAt: '2026-01-01T03:00:00.000Z' }] });
  const tooMany = await call('POST', `/${id}/backfill`, { from: '2023-01-01T00:00Z', to: '2026-01-01T00:00Z' });
  expect(tooMany.json.field).toBe('to');
});

it('has a calendar of what comes due, by hour', async () => {
  await created({ name: 'hourly', cron: '0 * * * *' });
  await created({ name: 'every-second', cron: '* * * * * *' });
  const paused = await created({ name: 'paused', cron: '0 * * * *' });
  await call('POST', `/${paused.id}/pause`);
  const { schedules, hours } = (await call('GET', '/calendar?hours=3')).json;
  expect(hours).toBe(3);
  expect(schedules).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'hourly', perHour: [1, 1, 1], total: 3 }),
      expect.objectContaining({ name: 'every-second', perHour: [3_600, 3_600, 3_600], total: 10_800 }),
    ]),
  );
  expect(schedules).toHaveLength(2);
});

it('marks where more schedules come due in a time than its calendar lists', async () => {
  await sql(
    `INSERT INTO "Schedule" (name, "jobName", "everyMs", source, "nextRunAt")
     SELECT 's' || n, 'echo', 3600000, 'API', clock_timestamp() + n * interval '1 minute' FROM generate_series(1, 260) n`,
  );
  const { schedules, isCut } = (await call('GET', '/calendar?hours=24')).json;
  expect([schedules.length, isCut]).toEqual([200, true]);
  await sql(`UPDATE "Schedule" SET "pausedAt" = now() WHERE "nextRunAt" > now() + interval '200 minutes'`);
  expect((await call('GET', '/calendar?hours=24')).json.isCut).toBe(false);
});
