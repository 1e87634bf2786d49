import type { ScheduleSettings } from '@job-manager/shared/contract/schedules';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import type { Listener } from '../../store/listener.js';
import { TestEngine } from '../../testing/engine.js';
import { type AnyJob, type CodeSchedule, defineJob } from '../job.js';
import { createRegistry } from '../registry.js';
import { timeNew } from '../schedules/timed-settings.js';
import { SYSTEM } from '../system-actor.js';
import { addSchedule } from '../transitions/schedule.js';
import { JobAnnouncer } from './job-announcer.js';
import { Scheduler } from './scheduler.js';

const jobOf = (name: string, schedules?: CodeSchedule[]): AnyJob =>
  defineJob({
    name,
    description: 'x',
    examples: ['x'],
    algorithmVersion: '7',
    channel: 'nightly',
    priority: -5,
    maxAttempts: 4,
    maxCrashes: 2,
    timeoutMs: 60_000,
    parameters: z.object({ word: z.string().optional() }),
    schedules,
    run: async () => {},
  });

let engine: TestEngine;
let now: Date;
beforeAll(async () => {
  engine = await TestEngine.create([jobOf('report')]);
});
beforeEach(() => {
  now = new Date('2026-11-22T10:00:00.000Z');
});
afterEach(async () => {
  const violations = await engine.violations();
  await engine.clear();
  expect(violations).toEqual({});
});
afterAll(() => engine.close());

const scheduler = (jobs = [jobOf('report')], more: { clock?: () => Promise<Date>; listener?: Listener } = {}) =>
  new Scheduler({
    sql: engine.database.pool,
    registry: createRegistry(jobs),
    events: engine.events,
    notifier: engine.notifier,
    clock: async () => now,
    ...more,
  });

const HOURLY = { name: 'hourly', cron: '0 * * * *' };

async function add(given: Partial<ScheduleSettings> & Pick<ScheduleSettings, 'name'>): Promise<string> {
  const settings = {
    jobName: 'report',
    parameters: {},
    timeZone: 'UTC',
    missed: 'once',
    overlap: 'queue',
    ...given,
  } as const;
  const row = await addSchedule(engine.database.pool, timeNew(settings, now), 'API', SYSTEM);
  return row?.id ?? '';
}

const query = async (text: string, ...values: unknown[]) => (await engine.database.pool.query(text, values)).rows;
const at = (time: string) => {
  now = new Date(`2026-11-22T${time}Z`);
};
const short = (time: Date) => time.toISOString().slice(11, 19);

async function runs() {
  const rows = await query(`SELECT * FROM "JobRun" WHERE "scheduleId" IS NOT NULL ORDER BY "dueAt"`);
  return rows.map(({ id, dueAt, status, dependsOn, isBlocked }) => ({
    id,
    due: short(dueAt),
    status,
    dependsOn,
    isBlocked,
  }));
}
const dueTimes = async () => (await runs()).map(({ due }) => due);
async function skips() {
  const rows = await query('SELECT * FROM "ScheduleSkip" ORDER BY id');
  return rows.map(
    ({ reason, firstDueAt, lastDueAt, dueTimes }) => `${reason} ${short(firstDueAt)}-${short(lastDueAt)} ${dueTimes}`,
  );
}
const stored = async () => (await query('SELECT * FROM "Schedule" ORDER BY name'))[0];
const claim = (id: string) =>
  query(
    `UPDATE "JobRun" SET status = 'RUNNING', attempt = 1, "claimNo" = 1, "leaseToken" = gen_random_uuid(), "runnerId" = gen_random_uuid(),
    "startedAt" = clock_timestamp(), "lastHeartbeatAt" = clock_timestamp() WHERE id = $1`,
    id,
  );

describe('a due time', () => {
  it('gets one run with the settings of the job, by no person', async () => {
    await add({ ...HOURLY, parameters: { word: 'x' } });
    expect(await scheduler().tick()).toMatchObject({ moved: 0 });
    at('11:00:00');
    expect(await scheduler().tick()).toMatchObject({ moved: 1, againInMs: 0 });
    expect(await scheduler().tick()).toMatchObject({ moved: 0 });
    const [run] = await query('SELECT * FROM "JobRun"');
    expect(run).toMatchObject({
      jobName: 'report',
      parameters: { word: 'x' },
      trigger: 'CRON',
      triggeredById: null,
      channel: 'nightly',
      priority: -5,
      maxAttempts: 4,
      maxCrashes: 2,
      timeoutMs: '60000',
      algorithmVersion: '7',
      dueAt: now,
      dependsOn: null,
      isBlocked: false,
      status: 'QUEUED',
    });
    expect(await stored()).toMatchObject({
      nextRunAt: new Date('2026-11-22T12:00:00Z'),
      lastDueAt: now,
      lastRunId: run?.id,
    });
  });

  it('gets a run in the channel and with the priority of the schedule, where it has its own', async () => {
    await add({ ...HOURLY, channel: 'slow', priority: 0 });
    at('11:00:00');
    expect(await scheduler().tick()).toMatchObject({ moved: 1 });
    expect(await query('SELECT channel, priority FROM "JobRun"')).toEqual([{ channel: 'slow', priority: 0 }]);
  });

  it('is read again when it is due, and at once when another process was first', async () => {
    await add(HOURLY);
    at('10:59:58.500');
    expect(await scheduler().tick()).toEqual({ moved: 0, againInMs: 1_500 });
    at('11:00:00');
    const results = await Promise.all(Array.from({ length: 8 }, () => scheduler().tick()));
    expect(results.reduce((sum, { moved }) => sum + moved, 0)).toBe(1);
    for (const result of results) expect([0, 20, 2_000]).toContain(result.againInMs);
    expect(await dueTimes()).toEqual(['11:00:00']);
  });

  it('counts intervals from when the schedule was made', async () => {
    at('10:00:00.250');
    await add({ name: 'often', everyMs: 90_000 });
    at('10:01:30.249');
    expect(await scheduler().tick()).toEqual({ moved: 0, againInMs: 1 });
    at('10:01:30.250');
    await scheduler().tick();
    expect(await dueTimes()).toEqual(['10:01:30']);
  });

  it('gets its run within moments', async () => {
    const real = new Scheduler({
      sql: engine.database.pool,
      registry: createRegistry([jobOf('report')]),
      events: engine.events,
      notifier: engine.notifier,
    });
    real.start();
    now = new Date();
    await add({ name: 'seconds', cron: '* * * * * *' });
    const delays = () =>
      query(`SELECT extract(epoch FROM "queuedAt" - "dueAt") * 1000 AS ms FROM "JobRun" ORDER BY id OFFSET 1`);
    // The best of them, and generous: 10 ms on an idle machine, but tests share theirs.
    const isSoon = async () => expect(Math.min(...(await delays()).map(({ ms }) => Number(ms)))).toBeLessThan(500);
    await vi.waitFor(isSoon, { interval: 100 });
    await real.stop();
  });

  it('is found at once when a schedule is made while the scheduler sleeps', async () => {
    const listener = await engine.listener(['schedules']);
    const polls: number[] = [];
    const clock = async () => {
      polls.push(performance.now());
      return new Date(0);
    };
    const sleeping = scheduler(undefined, { clock, listener });
    sleeping.start();
    await vi.waitFor(() => expect(polls).toHaveLength(1));
    const made = performance.now();
    await engine.queue.schedules.create(
      {
        name: 'new',
        jobName: 'report',
        parameters: {},
        cron: '* * * * *',
        timeZone: 'UTC',
        missed: 'once',
        overlap: 'skip',
      },
      SYSTEM,
    );
    await vi.waitFor(() => expect(polls.length).toBeGreaterThan(1));
    // Without the notification it would have polled after five seconds.
    expect((polls[1] ?? Infinity) - made).toBeLessThan(3_500);
    await sleeping.stop();
  });
});

it('polls less often while it receives notifications', async () => {
  const listener = await engine.listener(['schedules']);
  expect(await scheduler(undefined, { listener }).tick()).toEqual({ moved: 0, againInMs: 10_000 });
  await listener.close();
  expect(await scheduler(undefined, { listener }).tick()).toEqual({ moved: 0, againInMs: 2_000 });
});

describe('a pause with an end', () => {
  it('is over at its time, and what comes due at that very moment runs', async () => {
    const id = await add(HOURLY);
    await query(`UPDATE "Schedule" SET "pausedAt" = now(), "resumeAt" = '2026-11-22T12:00Z' WHERE id = $1`, id);
    at('11:59:59');
    expect(await scheduler().tick()).toEqual({ moved: 0, againInMs: 1_000 });
    at('12:00:00.010');
    expect(await scheduler().tick()).toMatchObject({ moved: 1 });
    expect(await scheduler().tick()).toMatchObject({ moved: 1 });
    expect(await dueTimes()).toEqual(['12:00:00']);
    expect(await skips()).toEqual(['PAUSED 11:00:00-11:00:00 1']);
    expect(await stored()).toMatchObject({ pausedAt: null, resumeAt: null });
  });
});

describe('due times that were missed for more than a minute', () => {
  const missed = async (policy: 'skip' | 'once' | 'all') => {
    await add({ ...HOURLY, missed: policy });
    at('15:00:30');
    await scheduler().tick();
  };

  it('are skipped', async () => {
    await missed('skip');
    expect(await skips()).toEqual(['MISSED 11:00:00-14:00:00 4']);
    expect(await dueTimes()).toEqual(['15:00:00']);
  });

  it('get one run for all of them, the last', async () => {
    await missed('once');
    expect(await skips()).toEqual(['MISSED 11:00:00-13:00:00 3']);
    expect(await dueTimes()).toEqual(['14:00:00', '15:00:00']);
  });

  it('get one run each, one behind the other', async () => {
    await missed('all');
    expect(await skips()).toEqual([]);
    const [first, ...rest] = await runs();
    expect([first, ...rest].map((run) => run?.due)).toEqual([
      '11:00:00',
      '12:00:00',
      '13:00:00',
      '14:00:00',
      '15:00:00',
    ]);
    expect(first).toMatchObject({ dependsOn: null, isBlocked: false });
    let before = first;
    for (const run of rest) {
      expect(run).toMatchObject({ dependsOn: [before?.id], isBlocked: true });
      before = run;
    }
  });

  it('are not missed within the minute', async () => {
    await add({ ...HOURLY, missed: 'skip' });
    at('11:01:00');
    await scheduler().tick();
    expect(await dueTimes()).toEqual(['11:00:00']);
    at('12:01:00.001');
    await scheduler().tick();
    expect(await skips()).toEqual(['MISSED 12:00:00-12:00:00 1']);
  });

  it('are a thousand runs at most in one statement, and none is lost', async () => {
    await add({ name: 'often', cron: '*/10 * * * * *', missed: 'all' });
    now = new Date(now.getTime() + 25_000 * 1_000);
    expect(await scheduler().tick()).toEqual({ moved: 1, againInMs: 0 });
    expect(await runs()).toHaveLength(1_000);
    expect((await stored())?.nextRunAt).toEqual(new Date('2026-11-22T12:46:50Z'));
    while ((await scheduler().tick()).moved > 0);
    expect(await runs()).toHaveLength(2_500);
    expect((await stored())?.lastDueAt).toEqual(now);
  });

  it('are counted over years within seconds', async () => {
    await add({ name: 'seconds', cron: '* * * * * *', missed: 'skip' });
    now = new Date('2026-12-22T10:02:00.500Z');
    await scheduler().tick();
    const days = 30 * 86_400;
    expect(await query('SELECT "dueTimes" FROM "ScheduleSkip"')).toEqual([{ dueTimes: days + 60 }]);
  });
});

describe('a run of before that has not ended', () => {
  it('keeps the next from being queued', async () => {
    await add({ ...HOURLY, overlap: 'skip' });
    for (const time of ['11:00:00', '12:00:00', '13:00:00']) {
      at(time);
      await scheduler().tick();
    }
    expect(await dueTimes()).toEqual(['11:00:00']);
    expect(await skips()).toEqual(['OVERLAP 12:00:00-13:00:00 2']);
    await engine.runner().tick();
    const [run] = await runs();
    await engine.until(run?.id ?? '', 'SUCCESS');
    at('14:00:00');
    await scheduler().tick();
    expect(await dueTimes()).toEqual(['11:00:00', '14:00:00']);
    expect((await stored())?.lastRunId).toBe((await runs())[1]?.id);
  });

  it('is waited for by the next, and that by the one after', async () => {
    await add({ ...HOURLY, overlap: 'queue' });
    for (const time of ['11:00:00', '12:00:00', '13:00:00']) {
      at(time);
      await scheduler().tick();
    }
    const [first, second, third] = await runs();
    expect(second).toMatchObject({ dependsOn: [first?.id], isBlocked: true });
    expect(third).toMatchObject({ dependsOn: [second?.id], isBlocked: true });
    await engine.runner().start();
    for (const run of [first, second, third]) await engine.until(run?.id ?? '', 'SUCCESS');
  });

  it('is waited for beside the runs that people started', async () => {
    const id = await add({ ...HOURLY, overlap: 'queue' });
    at('11:00:00');
    await scheduler().tick();
    at('12:00:00');
    await scheduler().tick();
    const manual = await engine.queue.schedules.run(id, 'MANUAL', SYSTEM);
    at('13:00:00');
    await scheduler().tick();
    const [, second, third] = (await runs()).filter(({ id: runId }) => runId !== manual);
    expect(third?.dependsOn).toEqual([second?.id, manual]);
  });

  it('is cancelled while queued', async () => {
    await add({ ...HOURLY, overlap: 'cancel' });
    at('11:00:00');
    await scheduler().tick();
    at('12:00:00');
    await scheduler().tick();
    expect(await runs()).toMatchObject([
      { status: 'CANCELLED' },
      { status: 'QUEUED', dependsOn: null, isBlocked: false },
    ]);
    expect(await query('SELECT message FROM "JobRunMessage"')).toEqual([
      { message: 'Cancelled while queued: the next run of its schedule is due' },
    ]);
  });

  it('is requested to stop while it runs, and the next waits until it has', async () => {
    await add({ ...HOURLY, overlap: 'cancel' });
    at('11:00:00');
    await scheduler().tick();
    const [old] = await runs();
    await claim(old?.id ?? '');
    const cancelRequested = vi.spyOn(engine.notifier, 'cancelRequested');
    at('12:00:00');
    await scheduler().tick();
    expect(cancelRequested.mock.calls).toEqual([[old?.id]]);
    expect((await query('SELECT * FROM "JobRun" ORDER BY id'))[0]).toMatchObject({
      status: 'RUNNING',
      cancelRequestedAt: expect.any(Date),
      hasDependents: true,
    });
    at('13:00:00');
    await scheduler().tick();
    expect(cancelRequested).toHaveBeenCalledTimes(1);
    const [, second, third] = await runs();
    expect(second).toMatchObject({ status: 'CANCELLED' });
    expect(third).toMatchObject({ status: 'QUEUED', isBlocked: true, dependsOn: [old?.id] });
    await engine.stall(old?.id ?? '');
    await engine.rescuer.tick();
    expect(await runs()).toMatchObject([
      { status: 'CANCELLED' },
      { status: 'CANCELLED' },
      { status: 'QUEUED', isBlocked: false },
    ]);
  });

  it('that was missed gives way to the last due time of several', async () => {
    await add({ name: 'often', cron: '*/10 * * * * *', overlap: 'cancel' });
    at('10:00:30');
    await scheduler().tick();
    expect(await dueTimes()).toEqual(['10:00:30']);
    expect(await skips()).toEqual(['OVERLAP 10:00:10-10:00:20 2']);
  });
});

describe('a job that was removed from the code', () => {
  it('has its due times kept as skipped, and its queued runs wait', async () => {
    await add({ ...HOURLY, overlap: 'queue' });
    at('11:00:00');
    await scheduler().tick();
    const without = scheduler([jobOf('other')]);
    at('12:00:59');
    expect(await without.tick()).toEqual({ moved: 0, againInMs: 2_000 });
    at('13:01:01');
    expect(await without.tick()).toMatchObject({ moved: 1 });
    expect(await skips()).toEqual(['JOB_GONE 12:00:00-13:00:00 2']);
    expect(await runs()).toMatchObject([{ due: '11:00:00', status: 'QUEUED' }]);
    at('14:00:00');
    await scheduler().tick();
    expect(await dueTimes()).toEqual(['11:00:00', '14:00:00']);
  });
});

it('handles the others when one schedule cannot be read, and reports it once', async () => {
  await add({ name: 'broken', cron: '0 * * * *' });
  await add(HOURLY);
  await query(`UPDATE "Schedule" SET "timeZone" = 'Europe/Atlantis' WHERE name = 'broken'`);
  const errors: string[] = [];
  engine.events.on('internalError', ({ during }) => errors.push(during));
  const one = scheduler();
  at('11:00:00');
  await one.tick();
  at('12:00:00');
  await one.tick();
  expect(await dueTimes()).toEqual(['11:00:00', '12:00:00']);
  expect(errors).toEqual(['schedule broken']);
});

describe('schedules in code', () => {
  const processOf = (jobs: AnyJob[]) =>
    new JobAnnouncer({
      sql: engine.database.pool,
      registry: createRegistry(jobs),
      events: engine.events,
      process: { runnerId: null, host: 'test', pid: 1 },
    });
  /** A process with this code starts and stops again. */
  const passing = async (jobs: AnyJob[]) => {
    const process = processOf(jobs);
    await process.tick();
    await process.stop();
  };
  const inCode = (...schedules: CodeSchedule[]) => passing([jobOf('report', schedules), jobOf('other')]);
  const NIGHTLY = { name: 'nightly', cron: '0 3 * * *', timeZone: 'Europe/Berlin' };

  it('are stored at the start, changed with the code, and removed with it', async () => {
    await inCode(NIGHTLY);
    expect(await stored()).toMatchObject({
      name: 'nightly',
      source: 'CODE',
      missedRuns: 'ONCE',
      overlap: 'SKIP',
      nextRunAt: expect.any(Date),
      createdBy: null,
    });
    const { rev } = (await stored()) ?? {};
    await inCode(NIGHTLY);
    expect((await stored())?.rev).toBe(rev);
    await inCode({ ...NIGHTLY, overlap: 'queue', parameters: { word: 'x' }, channel: 'slow', priority: 3 });
    expect(await stored()).toMatchObject({ overlap: 'QUEUE', parameters: { word: 'x' }, channel: 'slow', priority: 3 });
    await passing([jobOf('unrelated')]);
    expect(await stored()).toBeDefined();
    await inCode();
    expect(await stored()).toBeUndefined();
    const entries = await query('SELECT action, "actorEmail" FROM "AuditEvent" ORDER BY id');
    expect(entries.map(({ action }) => action)).toEqual(['schedule.create', 'schedule.change', 'schedule.remove']);
  });

  it('keep a pause, their due time and what was missed over a restart', async () => {
    await inCode(NIGHTLY);
    const { id, nextRunAt } = (await stored()) ?? {};
    await engine.queue.schedules.pause(id, { reason: 'holidays', resumeAt: null }, SYSTEM);
    await inCode({ ...NIGHTLY, overlap: 'queue' });
    expect(await stored()).toMatchObject({ pauseReason: 'holidays', nextRunAt });
    await query(`UPDATE "Schedule" SET "pausedAt" = NULL, "nextRunAt" = '2026-11-20T02:00Z'`);
    await inCode({ ...NIGHTLY, overlap: 'queue' });
    expect((await stored())?.nextRunAt).toEqual(new Date('2026-11-20T02:00Z'));
  });

  it('keep as skipped what a former timing had due', async () => {
    await inCode(NIGHTLY);
    await query(
      `UPDATE "Schedule" SET "nextRunAt" = date_trunc('day', clock_timestamp()) - interval '2 days' + interval '2 hours'`,
    );
    await inCode({ ...NIGHTLY, cron: '0 4 * * *' });
    expect(await query('SELECT reason FROM "ScheduleSkip"')).toEqual([{ reason: 'MISSED' }]);
    expect((await stored())?.nextRunAt.getTime()).toBeGreaterThan(Date.now());
  });

  it('move from one job to another', async () => {
    await inCode(NIGHTLY);
    const { id } = (await stored()) ?? {};
    await passing([jobOf('renamed', [NIGHTLY])]);
    expect(await stored()).toMatchObject({ id, jobName: 'renamed' });
  });

  it('give way to one of the same name that was made over the API, with a report', async () => {
    await add({ ...HOURLY, name: 'nightly' });
    const errors: string[] = [];
    engine.events.on('internalError', ({ during }) => errors.push(during));
    await inCode(NIGHTLY);
    expect(await stored()).toMatchObject({ source: 'API', cron: '0 * * * *' });
    expect(errors).toEqual(['schedule nightly']);
  });

  it('are stored once by processes that start together', async () => {
    await Promise.all(Array.from({ length: 6 }, () => inCode(NIGHTLY, { name: 'often', everyMs: 5_000 })));
    expect(await query('SELECT name FROM "Schedule" ORDER BY name')).toEqual([{ name: 'nightly' }, { name: 'often' }]);
  });

  const ofVersion = (algorithmVersion: string, ...schedules: CodeSchedule[]) => [
    { ...jobOf('report', schedules), algorithmVersion },
  ];
  const names = async () => (await query('SELECT name, cron FROM "Schedule" ORDER BY name')).map(({ name }) => name);
  const OFTEN = { name: 'often', everyMs: 1_000 };

  it.each([
    ['10', '9'],
    // Both have the same version: the one that came later is the newer one.
    ['7', '7'],
  ])('are not taken away by an old process that starts once more: %s and %s', async (newer, older) => {
    const before = [...ofVersion(older, NIGHTLY, { name: 'gone', everyMs: 60_000 })];
    await passing(before);
    const [after] = ofVersion(newer, { ...NIGHTLY, cron: '0 4 * * *' }, OFTEN);
    const living = processOf([{ ...after, maxAttempts: 7, timeoutMs: null } as AnyJob]);
    await living.tick();
    await passing(before);
    expect(await query('SELECT name, cron FROM "Schedule" ORDER BY name')).toEqual([
      { name: 'nightly', cron: '0 4 * * *' },
      { name: 'often', cron: null },
    ]);
    const settings = { algorithmVersion: newer, maxAttempts: 7, timeoutMs: null };
    expect(await query('SELECT * FROM "Job"')).toEqual([expect.objectContaining(settings)]);
    expect(await living.tick()).toBe(false);
  });

  it('stay while a process lives that declares them, and go with the last of them', async () => {
    const [first, second] = [processOf(ofVersion('1', OFTEN)), processOf(ofVersion('1', OFTEN))];
    await first.tick();
    await second.tick();
    const after = processOf(ofVersion('2', NIGHTLY));
    await after.tick();
    expect(await names()).toEqual(['nightly', 'often']);
    await first.stop();
    await after.tick();
    expect(await names()).toEqual(['nightly', 'often']);
    // Killed, and without a renewal for longer than a live process.
    await query(
      `UPDATE "JobProcess" SET "lastSeenAt" = clock_timestamp() - interval '2 minutes' WHERE versions <> (SELECT versions FROM "JobProcess" ORDER BY "startedAt" DESC LIMIT 1)`,
    );
    await after.tick();
    expect(await names()).toEqual(['nightly']);
  });

  it('are put back by a process of the newest version, whatever took them away, and so are the settings', async () => {
    const process = processOf(ofVersion('2', NIGHTLY));
    await process.tick();
    await query('DELETE FROM "Schedule"');
    await query('UPDATE "Job" SET "maxAttempts" = 1, "algorithmVersion" = \'1\'');
    expect(await process.tick()).toBe(true);
    expect(await names()).toEqual(['nightly']);
    expect(await query('SELECT * FROM "Job"')).toEqual([
      expect.objectContaining({ maxAttempts: 4, algorithmVersion: '2' }),
    ]);
    await query('DELETE FROM "JobProcess"');
    expect(await process.tick()).toBe(true);
    expect(await query('SELECT * FROM "JobProcess"')).toHaveLength(1);
  });

  it('come due with the settings of the newest version, whichever process queues the runs', async () => {
    const [after] = ofVersion('8', { name: 'often', everyMs: 1_000 });
    await processOf([{ ...after, maxAttempts: 9, timeoutMs: null } as AnyJob]).tick();
    await query(`UPDATE "Schedule" SET "nextRunAt" = '2026-11-22T10:00:00Z', "anchorAt" = '2026-11-22T09:59:59Z'`);
    await scheduler().tick();
    const [run] = await query('SELECT * FROM "JobRun"');
    expect(run).toMatchObject({ algorithmVersion: '8', maxAttempts: 9, timeoutMs: null });
  });
});
