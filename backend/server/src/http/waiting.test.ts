import type { Prisma } from '@job-manager/engine/generated/prisma/client';
import type { JobRun, JobRunSummary } from '@job-manager/shared/contract/run';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestServer, type TestServer, type TestUser } from '../testing/http-test-kit.js';

let server: TestServer;
let ada: TestUser;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signIn('ADMIN', 'ada');
});
afterAll(() => server.stop());

beforeEach(async () => {
  await query(
    `TRUNCATE "JobRun", "JobRunBatch", "Channel", "ChannelStart", "Runner", "Job", "JobProcess", "JobSettings"`,
  );
  await query(
    `INSERT INTO "Runner" (id, kind, host, pid, version, concurrency) VALUES (gen_random_uuid(), 'WORKER', 'h', 1, '1', 5)`,
  );
});

const query = (text: string, values: unknown[] = []) => server.database.pool.query(text, values);
const soon = (ms: number) => new Date(Date.now() + ms);

async function aRun(data: Partial<Prisma.JobRunUncheckedCreateInput> = {}): Promise<string> {
  const created = await server.database.db.jobRun.create({ data: { jobName: 'echo', ...data } });
  return String(created.id);
}

const begun = { attempt: 1, claimNo: 1 };
const running = (data: Partial<Prisma.JobRunUncheckedCreateInput> = {}) =>
  aRun({
    status: 'RUNNING',
    ...begun,
    startedAt: new Date(),
    lastHeartbeatAt: new Date(),
    leaseToken: crypto.randomUUID(),
    runnerId: crypto.randomUUID(),
    ...data,
  });

const waitsFor = (ids: string[], data: Partial<Prisma.JobRunUncheckedCreateInput> = {}) =>
  aRun({ isBlocked: true, dependsOn: ids.map(BigInt), waitsFor: 'SUCCEEDED', ...data });

async function read(id: string): Promise<JobRun> {
  const answer = await fetch(`${server.url}/api/admin/jobs/${id}`, { headers: { cookie: ada.cookie } });
  expect(answer.status).toBe(200);
  return (await answer.json()) as JobRun;
}

const waiting = async (id: string) => (await read(id)).waiting;

it('gives no reason for runs that wait for nothing', async () => {
  const ended = await aRun({ status: 'SUCCESS', ...begun, startedAt: new Date(), finishedAt: new Date() });
  for (const id of [await running(), ended]) expect(await waiting(id)).toBeNull();
});

it('scheduled: rescheduled, and its time has not come', async () => {
  const runAt = soon(60_000);
  expect(await waiting(await aRun({ runAt }))).toEqual({
    reason: 'scheduled',
    message: 'Its time has not come yet.',
    until: runAt.toISOString(),
  });
});

it('scheduled: snoozed by its job, with the reason that the job gave', async () => {
  const runAt = soon(60_000);
  const id = await aRun({ attempt: 0, claimNo: 1, runAt });
  await query(
    `INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "startedAt", "endedAt", "durationMs", error)
     VALUES ($1, 1, 1, 'SNOOZED', now(), now(), 5, 'no file')`,
    [id],
  );
  expect(await waiting(id)).toEqual({
    reason: 'scheduled',
    message: 'Its job snoozed it: no file',
    until: runAt.toISOString(),
  });
});

it('retry: an attempt failed, and the next is not due', async () => {
  const runAt = soon(7_000);
  expect(await waiting(await aRun({ ...begun, runAt, error: 'no disk' }))).toEqual({
    reason: 'retry',
    message: 'Attempt 1 of 3 failed; attempt 2 of 3 is not due yet.',
    until: runAt.toISOString(),
  });
});

it('retry: a run whose runner was lost, and that was rescheduled since', async () => {
  const put = await waiting(await aRun({ attempt: 0, claimNo: 1, runAt: soon(7_000) }));
  expect(put).toMatchObject({ reason: 'retry', message: 'It waits for the time of attempt 1 of 3.' });
});

it('blocked: names the unfinished runs it waits for, the first few, and how many', async () => {
  const [first, second] = [await running({ jobName: 'load' }), await aRun()];
  const done = await aRun({ status: 'SUCCESS', ...begun, startedAt: new Date(), finishedAt: new Date() });
  const two = await waiting(await waitsFor([done, first, second]));
  expect(two).toEqual({
    reason: 'blocked',
    message: `It waits for #${first} load and #${second} echo to succeed.`,
    until: null,
  });

  const many = await Promise.all(Array.from({ length: 38 }, () => aRun()));
  const all = await waiting(await waitsFor([first, second, ...many], { waitsFor: 'FINISHED' }));
  expect(all?.message).toMatch(
    new RegExp(`^It waits for #${first} load, #${second} echo, #\\d+ echo and 37 more to end\\.$`),
  );

  const one = await waiting(await waitsFor([first]));
  expect(one?.message).toBe(`It waits for #${first} load to succeed.`);
});

it('blocked: a run that is called when a batch has ended shows how far it is', async () => {
  const id = await waitsFor([], { dependsOn: undefined, waitsFor: 'FINISHED' });
  const batch = await query(
    `INSERT INTO "JobRunBatch" (name, total, "callbackRunId") VALUES ('Nightly', 3, $1) RETURNING id`,
    [id],
  );
  const batchId = batch.rows[0].id;
  for (const status of ['QUEUED', 'QUEUED'] as const) await aRun({ status, batchId });
  await aRun({ status: 'FAILED', ...begun, startedAt: new Date(), finishedAt: new Date(), batchId });
  const run = await read(id);
  expect(run.waiting?.message).toBe(`It is called when batch #${batchId} "Nightly" has ended; 1 of its 3 runs have.`);
  expect(run.batch).toEqual({ id: String(batchId), name: 'Nightly', total: 3, ended: 1 });
});

it('jobPaused: who and why, until the pause ends', async () => {
  const resumeAt = soon(60_000);
  const job = { jobName: 'echo', pausedAt: new Date(), pausedBy: 'bob', pauseReason: 'wrong figures', resumeAt };
  await server.database.db.jobSettings.create({ data: job });
  const id = await aRun();
  const message = 'Job echo is paused by bob: wrong figures';
  expect(await waiting(id)).toEqual({ reason: 'jobPaused', message, until: resumeAt.toISOString() });
  await server.database.db.jobSettings.update({ where: { jobName: 'echo' }, data: { resumeAt: soon(-1) } });
  expect((await waiting(id))?.reason).not.toBe('jobPaused');
});

it('channelPaused: who, since when, why and until when', async () => {
  const resumeAt = soon(3_600_000);
  await server.database.db.channel.create({
    data: {
      name: 'mail',
      pausedAt: soon(-300_000),
      pausedBy: 'ada@example.com',
      pauseReason: 'The server is down',
      resumeAt,
    },
  });
  expect(await waiting(await aRun({ channel: 'mail' }))).toEqual({
    reason: 'channelPaused',
    message: 'Channel mail was paused 5 min ago by ada@example.com: The server is down',
    until: resumeAt.toISOString(),
  });
});

it('a pause that is over holds nothing', async () => {
  await server.database.db.channel.create({ data: { name: 'mail', pausedAt: soon(-300_000), resumeAt: soon(-1_000) } });
  expect(await waiting(await aRun({ channel: 'mail' }))).toMatchObject({ reason: 'inLine' });
});

it('channelFull: as many run as may', async () => {
  await server.database.db.channel.create({ data: { name: 'mail', concurrency: 2 } });
  const id = await aRun({ channel: 'mail' });
  await running({ channel: 'mail' });
  expect(await waiting(id)).toMatchObject({ reason: 'inLine' });
  await running({ channel: 'mail' });
  expect(await waiting(id)).toEqual({
    reason: 'channelFull',
    message: 'Channel mail runs 2 of at most 2 at once.',
    until: null,
  });
});

it('channelFull: each runner has as many as it may', async () => {
  await server.database.db.channel.create({ data: { name: 'mail', concurrencyPerRunner: 1 } });
  await running({ channel: 'mail' });
  expect(await waiting(await aRun({ channel: 'mail' }))).toMatchObject({ reason: 'channelFull' });
});

it('rateLimited: until the starts that fill the limit no longer count', async () => {
  await server.database.db.channel.create({ data: { name: 'mail', rateLimit: 3, ratePeriodMs: 60_000 } });
  const start = (at: Date, runs: number) => query(`INSERT INTO "ChannelStart" VALUES ('mail', $1, $2)`, [at, runs]);
  const [oldest, filling, newest] = [soon(-50_000), soon(-30_000), soon(-10_000)];
  const id = await aRun({ channel: 'mail' });
  await start(soon(-70_000), 9);
  await start(oldest, 1);
  await start(newest, 1);
  expect(await waiting(id)).toMatchObject({ reason: 'inLine' });
  await start(filling, 2);
  expect(await waiting(id)).toEqual({
    reason: 'rateLimited',
    message: 'Channel mail may start at most 3 runs in 60 s, and has.',
    until: new Date(filling.getTime() + 60_000).toISOString(),
  });
});

it('noCode: no live process has the job, and when one last had it', async () => {
  const id = await aRun({ jobName: 'gone' });
  expect(await waiting(id)).toMatchObject({
    reason: 'noCode',
    message: expect.stringContaining('none has ever reported it'),
  });
  await query(
    `INSERT INTO "Job" (name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes", "lastSeenAt")
     VALUES ('gone', 'default', 0, '1', 3, 3, clock_timestamp() - interval '3 hours')`,
  );
  expect(await waiting(id)).toEqual({
    reason: 'noCode',
    message: 'No process has the code of job "gone"; the last report of it was 3 h ago.',
    until: null,
  });
});

it('noCode: this server has the job, and no runner that lives', async () => {
  await query(
    `INSERT INTO "JobProcess" (id, "runnerId", host, pid, "jobNames", versions) SELECT id, id, host, pid, '{other}', '{1}' FROM "Runner"`,
  );
  const id = await aRun();
  expect(await waiting(id)).toMatchObject({
    reason: 'noCode',
    message: expect.stringContaining('No process has the code of job "echo" and executes runs'),
  });
  await query(`UPDATE "JobProcess" SET "jobNames" = '{other,echo}'`);
  expect(await waiting(id)).toMatchObject({ reason: 'inLine' });
});

it('noCode comes before all else, for nothing but new code helps', async () => {
  await server.database.db.channel.create({ data: { name: 'default', pausedAt: new Date() } });
  expect(await waiting(await aRun({ jobName: 'gone', runAt: soon(60_000) }))).toMatchObject({ reason: 'noCode' });
});

it('a job that another runner may have waits for what else there is, and then for that runner', async () => {
  await query(
    `INSERT INTO "Job" (name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes") VALUES ('elsewhere', 'default', 0, '1', 3, 3)`,
  );
  expect(await waiting(await aRun({ jobName: 'elsewhere', runAt: soon(60_000) }))).toMatchObject({
    reason: 'scheduled',
  });
  expect(await waiting(await aRun({ jobName: 'elsewhere' }))).toEqual({
    reason: 'noCode',
    message: 'This server has no job "elsewhere"; a runner that has it may start it.',
    until: null,
  });
});

it.each([
  ['none is there', `DELETE FROM "Runner"`],
  ['the only one is stopping', `UPDATE "Runner" SET status = 'DRAINING'`],
  ['the only one is silent', `UPDATE "Runner" SET "lastHeartbeatAt" = clock_timestamp() - interval '4 minutes'`],
  ['the only one runs a command', `UPDATE "Runner" SET kind = 'CLI'`],
])('noRunner: %s', async (_name, happens) => {
  await query(happens);
  expect(await waiting(await aRun())).toEqual({
    reason: 'noRunner',
    message: 'No runner is alive; the run starts as soon as one is.',
    until: null,
  });
});

it('inLine: how many come before it in its channel', async () => {
  await aRun({ channel: 'other' });
  await aRun({ priority: 1 });
  await aRun({ priority: -5, runAt: soon(60_000) });
  await waitsFor([await running()]);
  const first = await aRun();
  const second = await aRun({ runAt: new Date(), priority: 0 });
  await aRun({ priority: -5 });
  expect(await waiting(first)).toEqual({
    reason: 'inLine',
    message: '1 run comes before it in channel default.',
    until: null,
  });
  expect(await waiting(second)).toMatchObject({ message: '2 runs come before it in channel default.' });
  expect(await waiting(await aRun({ priority: -9 }))).toMatchObject({ message: 'It is next in channel default.' });
});

it('inLine: runs apart, because its last runner died', async () => {
  const id = await aRun();
  await server.database.pool.query('INSERT INTO "SuspectRun" ("runId") VALUES ($1)', [id]);
  expect(await waiting(id)).toMatchObject({ reason: 'inLine', message: expect.stringContaining('runs apart') });
});

it('inLine: counts no further than it must', async () => {
  await query(`INSERT INTO "JobRun" ("jobName") SELECT 'echo' FROM generate_series(1, 1100)`);
  expect(await waiting(await aRun())).toMatchObject({
    message: 'More than 1,000 runs come before it in channel default.',
  });
});

it('what concerns the run alone is reported before what holds its channel', async () => {
  await server.database.db.channel.create({ data: { name: 'default', pausedAt: new Date(), concurrency: 1 } });
  await query(`DELETE FROM "Runner"`);
  const blocker = await running();
  const reasonOf = async (id: string) => (await waiting(id))?.reason;
  expect(await reasonOf(await waitsFor([blocker], { runAt: soon(60_000) }))).toBe('blocked');
  expect(await reasonOf(await aRun({ runAt: soon(60_000) }))).toBe('scheduled');
  const id = await aRun();
  expect(await reasonOf(id)).toBe('channelPaused');
  await query(`UPDATE "Channel" SET "pausedAt" = NULL`);
  expect(await reasonOf(id)).toBe('noRunner');
});

/** Why the queued runs of the active list wait, by id. */
async function listed(): Promise<Map<string, Partial<JobRunSummary>>> {
  const answer = await fetch(`${server.url}/api/admin/jobs/active`, { headers: { cookie: ada.cookie } });
  const { runs } = (await answer.json()) as { runs: JobRunSummary[] };
  return new Map(
    runs.map(({ id, waitReason, waitDetail, waitSince, waitUntil }) => [
      id,
      { waitReason, waitDetail, waitSince, waitUntil },
    ]),
  );
}

it('a list has the same reasons as the run, whatever they are', async () => {
  const { channel } = server.database.db;
  const [pausedAt, resumeAt, runAt] = [soon(-300_000), soon(300_000), soon(60_000)];
  await channel.create({ data: { name: 'mail', pausedAt, pausedBy: 'ada', pauseReason: 'down', resumeAt } });
  await channel.create({ data: { name: 'full', concurrency: 1 } });
  await channel.create({ data: { name: 'slow', rateLimit: 1, ratePeriodMs: 60_000 } });
  await query(`INSERT INTO "ChannelStart" VALUES ('slow', clock_timestamp(), 1)`);
  const blocker = await running({ channel: 'full', jobName: 'load' });
  const callback = await waitsFor([], { dependsOn: undefined, waitsFor: 'FINISHED' });
  await query(`INSERT INTO "JobRunBatch" (name, total, "callbackRunId") VALUES ('Nightly', 3, $1)`, [callback]);
  const ids = {
    channelPaused: await aRun({ channel: 'mail' }),
    channelFull: await aRun({ channel: 'full' }),
    rateLimited: await aRun({ channel: 'slow' }),
    blocked: await waitsFor([blocker]),
    callback,
    retry: await aRun({ ...begun, runAt, error: 'no disk' }),
    scheduled: await aRun({ runAt }),
    noCode: await aRun({ jobName: 'gone' }),
    inLine: await aRun(),
  };
  const inList = await listed();
  for (const id of Object.values(ids)) {
    const whole = await waiting(id);
    expect(inList.get(id)).toMatchObject({ waitReason: whole?.reason });
    if (whole?.reason !== 'rateLimited') expect(inList.get(id)?.waitUntil).toBe(whole?.until);
  }
  expect(inList.get(ids.channelPaused)).toEqual({
    waitReason: 'channelPaused',
    waitDetail: 'Paused by ada: down',
    waitSince: pausedAt.toISOString(),
    waitUntil: resumeAt.toISOString(),
  });
  expect(inList.get(ids.blocked)?.waitDetail).toBe(`It waits for #${blocker} load to succeed.`);
  expect(inList.get(callback)?.waitDetail).toMatch(/^It is called when batch #\d+ "Nightly" has ended\.$/);
  expect(inList.get(blocker)).toEqual({ waitReason: null, waitDetail: null, waitSince: null, waitUntil: null });
});

it('runnersBusy: as many run as there are slots', async () => {
  for (let held = 0; held < 5; held++) await running();
  const id = await aRun();
  const busy = { reason: 'runnersBusy', message: 'All runners are busy. It is next in channel default.', until: null };
  expect(await waiting(id)).toEqual(busy);
  expect((await listed()).get(id)).toMatchObject({
    waitReason: 'runnersBusy',
    waitDetail: 'All runners are busy. It waits for its turn in channel default.',
  });
});
