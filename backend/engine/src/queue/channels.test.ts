import { randomUUID } from 'node:crypto';
import { enqueueRuns } from '@job-manager/client/enqueue';
import * as fc from 'fast-check';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import type { Listener } from '../store/listener.js';
import type { Sql } from '../store/sql.js';
import { TestEngine } from '../testing/engine.js';
import { size } from '../testing/size.js';
import { defineJob } from './job.js';
import { JobSettingsWatch } from './job-settings-watch.js';
import { createRegistry } from './registry.js';
import { runHere } from './run-here.js';
import { SYSTEM } from './system-actor.js';
import { type ClaimedRun, claimDueRuns } from './transitions/claim.js';
import { startExternalRun } from './transitions/external.js';
import { startRunHere } from './transitions/start-here.js';

const job = (name: string, channel: string) =>
  defineJob({
    ...{ name, channel, description: name, examples: [name], algorithmVersion: '1', parameters: z.object({}) },
    run: async () => {},
  });
const jobs = [job('work', 'default'), job('send', 'mail')];

/** So many runs of one channel race or are counted; the fewer, the further from its share a weight may be. */
const STARTS = size(150, 2_000);

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.create(jobs);
});
afterAll(() => engine.close());
beforeEach(() =>
  query(
    'DELETE FROM "JobRun"; DELETE FROM "JobRunAttempt"; DELETE FROM "JobRunCount"; DELETE FROM "JobRunMessage"; DELETE FROM "ChannelStart"; DELETE FROM "Channel"; DELETE FROM "JobSettings"',
  ),
);
afterEach(async () => expect(await engine.violations()).toEqual({}));

// biome-ignore lint/suspicious/noExplicitAny: each test states what it expects in there
const query = async (text: string, values: unknown[] = []): Promise<any[]> =>
  (await engine.database.pool.query(text, values)).rows;
const queue = (channel: string, count: number, priority = 0) =>
  query(`INSERT INTO "JobRun" ("jobName", channel, priority) SELECT 'work', $1, $2 FROM generate_series(1, $3)`, [
    channel,
    priority,
    count,
  ]);
const set = (name: string, settings: Record<string, number>) =>
  query(
    `INSERT INTO "Channel" (name, ${Object.keys(settings).map((key) => `"${key}"`)}) VALUES ($1, ${Object.values(settings)})`,
    [name],
  );
const runningIn = async (channel: string): Promise<number> =>
  (await query(`SELECT count(*)::int AS runs FROM "JobRun" WHERE status = 'RUNNING' AND channel = $1`, [channel]))[0]
    .runs;

/** A runner that hardly ever polls, until the test is over. */
async function startRunner(listener?: Listener): Promise<void> {
  const runner = engine.runner({ pollMs: 60_000 }, listener);
  onTestFinished(() => runner.stop());
  await runner.start();
}

/** A runner that holds what it has claimed until a call finishes it, and sees only its own runs. */
class Claimer {
  readonly #runnerId = randomUUID();
  held: ClaimedRun[] = [];

  constructor(
    readonly concurrency: number,
    readonly sql: Sql = engine.database.pool,
  ) {}

  heldOf(channel: string): number {
    return this.held.filter((run) => run.channel === channel).length;
  }

  async claim(): Promise<ClaimedRun[]> {
    const held = Object.fromEntries(this.held.map(({ channel }) => [channel, this.heldOf(channel)]));
    const most = this.concurrency - this.held.length;
    const claimed = await claimDueRuns(this.sql, {
      runnerId: this.#runnerId,
      jobNames: ['work'],
      most,
      held,
    });
    this.held.push(...claimed);
    return claimed;
  }

  async finish(which: (run: ClaimedRun) => boolean = () => true): Promise<void> {
    const done = this.held.filter(which).map(({ id }) => id);
    await query('DELETE FROM "JobRun" WHERE id = ANY($1)', [done]);
    this.held = this.held.filter((run) => !which(run));
  }
}

const countsOf = (runs: ClaimedRun[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { channel } of runs) counts[channel] = (counts[channel] ?? 0) + 1;
  return counts;
};

describe('limits', () => {
  it('runs no more at once than a channel may, with eight runners racing over hundreds of runs', async () => {
    await queue('mail', STARTS);
    await set('mail', { concurrency: 7 });
    let [done, most] = [0, 0];
    const race = async () => {
      const claimer = new Claimer(5);
      while (done < STARTS) {
        const claimed = await claimer.claim();
        done += claimed.length;
        const running = await runningIn('mail');
        expect(running).toBeLessThanOrEqual(7);
        most = Math.max(most, running);
        await claimer.finish();
      }
    };
    await Promise.all(Array.from({ length: 8 }, race));
    expect([done, most]).toEqual([STARTS, 7]);
  });

  it('fills a channel to its limit and not beyond, however often it claims', async () => {
    await queue('mail', 20);
    await set('mail', { concurrency: 3 });
    const [first, second] = [new Claimer(2), new Claimer(10)];
    expect(await first.claim()).toHaveLength(2);
    expect(await second.claim()).toHaveLength(1);
    expect([...(await first.claim()), ...(await second.claim())]).toEqual([]);
    await first.finish();
    expect(await second.claim()).toHaveLength(2);
  });

  it('lets each runner have no more of a channel than it may, and others go on', async () => {
    await queue('mail', 20);
    await queue('default', 20);
    await set('mail', { concurrencyPerRunner: 2 });
    for (const claimer of [new Claimer(6), new Claimer(6)]) {
      expect(countsOf(await claimer.claim())).toEqual({ mail: 2, default: 4 });
      await claimer.finish(({ channel }) => channel === 'default');
      expect(countsOf(await claimer.claim())).toEqual({ default: 4 });
    }
  });

  it('gives the slots that a full channel has no use for to the others', async () => {
    await queue('mail', 20);
    await queue('default', 20);
    await set('mail', { concurrency: 1, weight: 100 });
    expect(countsOf(await new Claimer(10).claim())).toEqual({ mail: 1, default: 9 });
  });

  it('counts runs of command lines and external programs, and refuses them nothing', async () => {
    await set('mail', { concurrency: 2 });
    await query(
      `INSERT INTO "Job" (name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes") VALUES ('report', 'mail', 0, '1', 1, 3)`,
    );
    await queue('mail', 5);
    const here = { parameters: {}, algorithmVersion: '1', timeoutMs: null, runnerId: randomUUID() };
    const elsewhere = {
      parameters: {},
      scope: null,
      correlationId: null,
      traceparent: null,
      algorithmVersion: null,
      steps: null,
      idempotencyKey: null,
      requestHash: null,
    };
    const limits = { timeoutMs: 60_000, inactivityTimeoutMs: 60_000 };
    const sql = engine.database.pool;
    await startRunHere(sql, { ...here, jobName: 'send', channel: 'mail' }, SYSTEM);
    expect(await new Claimer(5).claim()).toHaveLength(1);
    await startExternalRun(sql, { ...elsewhere, ...limits, jobName: 'report' }, { most: 10, perToken: 5 }, SYSTEM);
    await startRunHere(sql, { ...here, jobName: 'send', channel: 'mail' }, SYSTEM);
    expect(await runningIn('mail')).toBe(4);
    expect(await new Claimer(5).claim()).toEqual([]);
  });

  it('runs a job from a command line in the channel of the job', async () => {
    const runner = engine.runner();
    await runner.open();
    const options = { sql: engine.database.pool, registry: createRegistry(jobs), runner, actor: SYSTEM };
    const { ended } = await runHere({ ...options, jobName: 'send', parameters: {} });
    await ended;
    expect(await query('SELECT channel FROM "JobRun"')).toEqual([{ channel: 'mail' }]);
  });
});

describe('a claim that waited for the channel', () => {
  /** Claims while another connection has the channel locked, until that one has made its change. */
  async function claimDuring(change: string): Promise<{ claimed: ClaimedRun[]; changedAt: Date }> {
    const client = await engine.database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(change);
      const claiming = new Claimer(5).claim();
      await vi.waitFor(async () =>
        expect(
          await query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`),
        ).toHaveLength(1),
      );
      const changedAt = (await client.query('SELECT clock_timestamp() AS at')).rows[0].at;
      await client.query('COMMIT');
      return { claimed: await claiming, changedAt };
    } finally {
      client.release();
    }
  }

  it('starts when it got the lock, not when it requested it', async () => {
    await queue('mail', 5);
    await set('mail', { rateLimit: 5, ratePeriodMs: 1_000 });
    const { claimed, changedAt } = await claimDuring(`SELECT FROM "Channel" FOR UPDATE`);
    expect(claimed).toHaveLength(5);
    expect(Math.min(...claimed.map(({ startedAt }) => startedAt.getTime()))).toBeGreaterThanOrEqual(
      changedAt.getTime(),
    );
    const [{ at }] = await query('SELECT at FROM "ChannelStart"');
    expect(at.getTime()).toBeGreaterThanOrEqual(changedAt.getTime());
  });

  it('keeps to the limits of afterwards', async () => {
    await queue('mail', 5);
    await set('mail', { concurrency: 5 });
    const { claimed } = await claimDuring(`UPDATE "Channel" SET concurrency = 2`);
    expect(claimed).toHaveLength(2);
  });

  it('starts nothing when the channel was paused meanwhile', async () => {
    await queue('mail', 5);
    await set('mail', { concurrency: 5 });
    const { claimed } = await claimDuring(`UPDATE "Channel" SET "pausedAt" = now()`);
    expect(claimed).toEqual([]);
  });
});

describe('rate limits', () => {
  it('never start more within any period than they may', async () => {
    const limited = { rateLimit: fc.integer({ min: 1, max: 6 }), ratePeriodMs: fc.integer({ min: 60, max: 150 }) };
    await fc.assert(
      fc.asyncProperty(fc.record(limited), fc.integer({ min: 1, max: 4 }), async (limit, runners) => {
        await query('DELETE FROM "JobRun"; DELETE FROM "ChannelStart"; DELETE FROM "Channel"');
        const wanted = limit.rateLimit * 4;
        await queue('mail', wanted + 50);
        await set('mail', limit);
        const starts: number[] = [];
        const race = async () => {
          const claimer = new Claimer(3);
          while (starts.length < wanted) {
            for (const { startedAt } of await claimer.claim()) starts.push(startedAt.getTime());
            await claimer.finish();
          }
        };
        await Promise.all(Array.from({ length: runners }, race));
        starts.sort((a, b) => a - b);
        // Of any so many starts in a row, the last comes a whole period after the first.
        const gaps = starts.slice(limit.rateLimit).map((start, index) => start - (starts[index] as number));
        expect(Math.min(...gaps)).toBeGreaterThanOrEqual(limit.ratePeriodMs);
      }),
      { numRuns: size(4, 20) },
    );
  });

  it('start as much as they may, though the runner polls far less often', async () => {
    await engine.queue.channels.set('default', settings({ rateLimit: 2, ratePeriodMs: 100 }), SYSTEM);
    await queue('default', 8);
    await startRunner();
    await vi.waitFor(async () => expect(await query(`SELECT FROM "JobRun" WHERE status = 'SUCCESS'`)).toHaveLength(8));
  });

  it.each([{ concurrencyPerRunner: 1 }, { concurrency: 1 }])(
    'start one run when another ends, though the runner polls far less often: %o',
    async (limit) => {
      await engine.queue.channels.set('default', settings(limit), SYSTEM);
      await queue('default', 4);
      await startRunner();
      await vi.waitFor(async () =>
        expect(await query(`SELECT FROM "JobRun" WHERE status = 'SUCCESS'`)).toHaveLength(4),
      );
    },
  );

  it('keep no more than some thousand starts in mind', async () => {
    await set('mail', { rateLimit: 1_000_000, ratePeriodMs: 100_000 });
    await queue('mail', 60);
    const claimer = new Claimer(1);
    for (let n = 0; n < 60; n++) {
      await claimer.claim();
      await claimer.finish();
    }
    const [kept] = await query('SELECT count(*)::int AS rows, sum(runs)::int AS runs FROM "ChannelStart"');
    expect(kept.runs).toBe(60);
    const [{ apart }] = await query(
      `SELECT coalesce(min(extract(epoch FROM next - at)), 1)::float8 AS apart FROM (SELECT at, lead(at) OVER (ORDER BY at) AS next FROM "ChannelStart") s`,
    );
    expect(apart).toBeGreaterThanOrEqual(0.1);
  });
});

describe('fairness', () => {
  it('starts the few of a channel at once beside a flooded one', async () => {
    await queue('flood', size(1_000, 5_000));
    await queue('mail', 10);
    const claimer = new Claimer(10);
    const started = [...(await claimer.claim())];
    await claimer.finish();
    started.push(...(await claimer.claim()));
    expect(countsOf(started)).toEqual({ flood: 10, mail: 10 });
  });

  it('starts the few of a channel soon beside a flooded one, at concurrency 1', async () => {
    await queue('flood', size(1_000, 5_000));
    await queue('mail', 10);
    const claimer = new Claimer(1);
    let [claims, ofMail] = [0, 0];
    while (ofMail < 10) {
      const [run] = await claimer.claim();
      claims += 1;
      if (run?.channel === 'mail') ofMail += 1;
      await claimer.finish();
    }
    // Every other claim; that it takes 50 happens once in 80,000 times.
    expect(claims).toBeLessThan(50);
  });

  it.each([1, 4, 10])('keeps weights of 3 to 1 over many starts, at concurrency %i', async (concurrency) => {
    await queue('heavy', STARTS);
    await queue('light', STARTS);
    await set('heavy', { weight: 3 });
    const claimer = new Claimer(concurrency);
    const started: ClaimedRun[] = [];
    while (started.length < STARTS) {
      started.push(...(await claimer.claim()));
      await claimer.finish();
    }
    // What a claim's share leaves over goes to one of them by chance: five standard deviations on either side.
    const tolerance = (5 * 0.5) / Math.sqrt(concurrency * STARTS);
    const heavy = (countsOf(started).heavy ?? 0) / started.length;
    expect(Math.abs(heavy - 0.75)).toBeLessThan(tolerance);
  });

  it('never lets long runs of one channel take the slots of another that has work', async () => {
    await queue('long', 100);
    await queue('short', 300);
    const claimer = new Claimer(6);
    for (let n = 0; n < 40; n++) {
      await claimer.claim();
      expect(claimer.heldOf('long')).toBeLessThanOrEqual(3);
      await claimer.finish(({ channel }) => channel === 'short');
    }
    expect(claimer.heldOf('long')).toBe(3);
  });

  it('pours slots over channels until they stand level, whatever they hold and have', async () => {
    const channel = fc.record({
      weight: fc.integer({ min: 1, max: 5 }),
      held: fc.integer({ min: 0, max: 4 }),
      work: fc.integer({ min: 0, max: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(channel, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 12 }),
        async (all, most) => {
          await query('DELETE FROM "JobRun"; DELETE FROM "Channel"');
          for (const [index, { weight, work }] of all.entries()) {
            await set(`c${index}`, { weight });
            await queue(`c${index}`, work, index % 2);
          }
          const held = Object.fromEntries(all.map((one, index) => [`c${index}`, one.held]));
          const request = { runnerId: randomUUID(), jobNames: ['work'], most, held };
          const got = countsOf(await claimDueRuns(engine.database.pool, request));
          const fair = levelled(all, most);
          for (const [index, share] of fair.entries()) {
            expect(Math.abs((got[`c${index}`] ?? 0) - share)).toBeLessThan(1 + 1e-5);
          }
          const available = all.reduce((sum, { work }) => sum + work, 0);
          expect(Object.values(got).reduce((sum, runs) => sum + runs, 0)).toBe(Math.min(most, available));
          await query('DELETE FROM "JobRun"');
        },
      ),
      { numRuns: size(20, 200) },
    );
  });
});

/** What each channel is due, in parts of slots: the level is found by trying. */
function levelled(all: { weight: number; held: number; work: number }[], most: number): number[] {
  const at = (level: number) => all.map(({ weight, held, work }) => Math.max(0, Math.min(work, level * weight - held)));
  let [low, high] = [0, 100];
  for (let n = 0; n < 100; n++) {
    const level = (low + high) / 2;
    if (at(level).reduce((sum, share) => sum + share, 0) > most) high = level;
    else low = level;
  }
  return at(low);
}

describe('a pause', () => {
  it('starts nothing more at once, and goes on when it is resumed', async () => {
    await queue('mail', 3);
    await queue('default', 3);
    await engine.queue.channels.pause('mail', { reason: 'down', resumeAt: null }, SYSTEM);
    expect(countsOf(await new Claimer(2).claim())).toEqual({ default: 2 });
    expect(countsOf(await new Claimer(10).claim())).toEqual({ default: 1 });
    expect(await new Claimer(10).claim()).toEqual([]);
    await engine.queue.channels.resume('mail', SYSTEM);
    expect(countsOf(await new Claimer(10).claim())).toEqual({ mail: 3 });
  });

  it('leaves what is running alone', async () => {
    await queue('mail', 3);
    const claimer = new Claimer(1);
    await claimer.claim();
    await engine.queue.channels.pause('mail', { reason: null, resumeAt: null }, SYSTEM);
    expect(await runningIn('mail')).toBe(1);
  });

  it('ends by itself at its time, which an idle runner does not miss', async () => {
    const [{ resumeAt }] = await query(`SELECT now() + interval '300 ms' AS "resumeAt"`);
    await engine.queue.channels.pause('default', { reason: null, resumeAt }, SYSTEM);
    await queue('default', 1);
    await startRunner();
    await vi.waitFor(async () => expect(await query(`SELECT FROM "JobRun" WHERE status = 'SUCCESS'`)).toHaveLength(1));
    const [{ startedAt }] = await query('SELECT "startedAt" FROM "JobRun"');
    expect(startedAt.getTime()).toBeGreaterThanOrEqual(resumeAt.getTime());
  });

  it('wakes idle runners when it is lifted, and when a limit is', async () => {
    await engine.queue.channels.set('default', settings({ rateLimit: 1, ratePeriodMs: 86_400_000 }), SYSTEM);
    await engine.queue.channels.pause('default', { reason: null, resumeAt: null }, SYSTEM);
    await queue('default', 2);
    await startRunner(await engine.listener());
    const succeeded = (count: number) =>
      vi.waitFor(async () => expect(await query(`SELECT FROM "JobRun" WHERE status = 'SUCCESS'`)).toHaveLength(count));
    await engine.queue.channels.resume('default', SYSTEM);
    await succeeded(1);
    await engine.queue.channels.set('default', settings({}), SYSTEM);
    await succeeded(2);
  });
});

it('never has claims wait for one another in a circle, and loses nothing', async () => {
  const EACH = size(30, 100);
  const channels = ['e', 'c', 'a', 'd', 'b', 'f'];
  const all = channels.length * EACH;
  for (const [index, name] of channels.entries()) {
    await queue(name, EACH, index % 3);
    await set(name, { concurrency: 4, weight: 1 + index });
  }
  await query(`UPDATE "Channel" SET "rateLimit" = 3, "ratePeriodMs" = 100 WHERE name IN ('a', 'e')`);
  // Nothing is sent again over it, so a circle of waits is an error.
  const pool = new pg.Pool({ connectionString: engine.database.url });
  onTestFinished(() => pool.end());
  let done = 0;
  const race = async () => {
    const claimer = new Claimer(6, pool);
    while (done < all) {
      const claimed = await claimer.claim();
      done += claimed.length;
      await claimer.finish();
    }
  };
  const change = async () => {
    for (let n = 0; done < all; n++) {
      const name = channels[n % 6] as string;
      const limits = { concurrency: 3 + (n % 4), ...(n % 6 === 0 && { rateLimit: 4, ratePeriodMs: 100 }) };
      await engine.queue.channels.set(name, settings(limits), SYSTEM);
    }
  };
  await Promise.all([...Array.from({ length: 6 }, race), change()]);
  expect(done).toBe(all);
});

it('refuses a job whose channel or priority cannot be', () => {
  const faulty = (more: object) => () => createRegistry([{ ...job('odd', 'default'), ...more }]);
  expect(faulty({ channel: 'Mail Box' })).toThrow('Job "odd": channel must be lower case letters');
  expect(faulty({ priority: 101 })).toThrow('Job "odd": priority must be whole, from -100 to 100');
  expect(faulty({ priority: 0.5 })).toThrow('priority');
});

const settings = (given: Partial<Parameters<typeof engine.queue.channels.set>[1]>) => ({
  ...{ concurrency: null, concurrencyPerRunner: null, rateLimit: null, ratePeriodMs: null, weight: 1 },
  ...given,
});

describe('a paused job', () => {
  /** A runner of another process, whose pauses are those that its own watch reads. */
  async function otherProcess(listener?: Listener) {
    const registry = createRegistry(jobs);
    const runner = engine.runner({ pollMs: 60_000 }, listener, jobs, registry);
    await runner.open();
    const onPausesChanged = vi.fn();
    const watch = new JobSettingsWatch({
      ...{ sql: engine.database.pool, registry, events: engine.events, listener, onPausesChanged },
    });
    await watch.start();
    onTestFinished(() => watch.stop());
    const knows = (names: string[]) => vi.waitFor(() => expect(registry.claimable()).toEqual(names), { interval: 5 });
    return { runner, watch, knows, onPausesChanged };
  }
  const pause = (resumeAt: Date | null = null) =>
    engine.queue.jobs.pause('work', { reason: 'broken', resumeAt }, SYSTEM);
  const statusOf = async (id: string) => (await engine.run(id)).status;

  it('is left out of the claims of other processes as soon as they are notified, and so is its end', async () => {
    const { runner, knows, onPausesChanged } = await otherProcess(await engine.listener(['jobs']));
    await pause();
    await knows(['send']);
    const [held, sent] = [await engine.enqueue('work'), await engine.enqueue('send')];
    expect(await runner.tick()).toBe(1);
    await engine.until(sent.id, 'SUCCESS');
    expect(await statusOf(held.id)).toBe('QUEUED');
    await engine.queue.jobs.resume('work', SYSTEM);
    await knows(['work', 'send']);
    expect(onPausesChanged).toHaveBeenCalledTimes(2);
    expect(await runner.tick()).toBe(1);
    await engine.until(held.id, 'SUCCESS');
  });

  it('goes on by itself, though no notification comes', async () => {
    const { runner, watch, knows } = await otherProcess();
    const run = await engine.enqueue('work');
    await pause(new Date(Date.now() + 3_600_000));
    await watch.refresh();
    expect(await runner.tick()).toBe(0);
    await query(`UPDATE "JobSettings" SET "resumeAt" = clock_timestamp() + interval '200 ms'`);
    await watch.refresh();
    await knows(['work', 'send']);
    expect(await runner.tick()).toBe(1);
    await engine.until(run.id, 'SUCCESS');
  });

  it('ends no run that was claimed before', async () => {
    const { runner, watch } = await otherProcess();
    const run = await engine.enqueue('work');
    const [claimed] = await claimDueRuns(engine.database.pool, { runnerId: runner.id, jobNames: ['work'], most: 1 });
    await pause();
    await watch.refresh();
    await runner.execute(claimed as ClaimedRun);
    expect(await statusOf(run.id)).toBe('SUCCESS');
  });

  it('refuses a pause that ends in the past, and a job that was never known', async () => {
    await expect(pause(new Date(Date.now() - 1_000))).rejects.toThrow('resumeAt');
    await expect(engine.queue.jobs.resume('other', SYSTEM)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('settings of a job', () => {
  const wanted = { channel: 'mail', priority: 7, maxAttempts: 9, timeoutMs: 0 };
  const set = (change: Parameters<typeof engine.queue.jobs.set>[1]) => engine.queue.jobs.set('work', change, SYSTEM);
  const queuedAs = { channel: 'mail', priority: 7, maxAttempts: 9, timeoutMs: null };
  afterEach(() => engine.queue.jobs.reset('work', SYSTEM));

  it('apply to runs queued from then on, where the request has no others', async () => {
    const before = await engine.enqueue('work');
    await set(wanted);
    expect(await engine.run((await engine.enqueue('work')).id)).toMatchObject(queuedAs);
    expect((await engine.enqueue('work', {}, { priority: 1 })).priority).toBe(1);
    expect(await engine.run(before.id)).toMatchObject({ channel: 'default', priority: 0, maxAttempts: 3 });
    await engine.queue.jobs.reset('work', SYSTEM);
    expect((await engine.enqueue('work')).channel).toBe('default');
  });

  it('hold for programs that queue runs without the code', async () => {
    await query(
      `INSERT INTO "Job" (name, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes", "timeoutMs")
       VALUES ('work', 'default', 0, '1', 3, 3, 5000) ON CONFLICT DO NOTHING`,
    );
    await set(wanted);
    for (const more of [{}, { idempotencyKey: randomUUID() }]) {
      const { runs } = await enqueueRuns(engine.database.pool, [{ jobName: 'work', ...more }], {
        ...{ actor: SYSTEM, notifies: false },
      });
      expect(await engine.run(runs[0]?.jobRunId ?? '')).toMatchObject(queuedAs);
    }
  });

  it('are changed from the state that the caller knew, or not at all', async () => {
    expect(await set({ priority: 1, rev: 0 })).toMatchObject({ priority: 1, rev: 1 });
    await expect(set({ priority: 2, rev: 0 })).rejects.toMatchObject({
      code: 'CHANGED',
      current: { priority: 1, rev: 1 },
    });
    expect(await set({ isCritical: true, rev: 1 })).toMatchObject({ priority: 1, isCritical: true, rev: 2 });
  });
});
