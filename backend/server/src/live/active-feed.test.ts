import { defineJob } from '@job-manager/engine/queue/job';
import { SYSTEM } from '@job-manager/engine/queue/system-actor';
import { readActiveSnapshot } from '@job-manager/engine/store/active';
import { TestEngine } from '@job-manager/engine/testing/engine';
import { blankRun, type JobRunSummary } from '@job-manager/shared/contract/run';
import { isTerminal } from '@job-manager/shared/run';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { ActiveFeed, gapAfter } from './active-feed.js';
import type { Change } from './changes.js';

const opened = new Map<string, () => void>();
const gate = defineJob({
  name: 'gate',
  description: 'Waits to be let through',
  examples: ['tsx scripts/runJobs.ts gate'],
  algorithmVersion: '1',
  parameters: z.strictObject({}),
  run: async (ctx) => {
    await new Promise<void>((open) => opened.set(ctx.runId, open));
    ctx.progress(0.5, 'Half way');
    await new Promise<void>((open) => opened.set(`${ctx.runId} half way`, open));
  },
});

type Together = Extract<Change, { type: 'server.admin.jobs_changed' }>;

let engine: TestEngine;
let feed: ActiveFeed;
let received: Change[];
let unwatch: () => void;

beforeAll(async () => {
  engine = await TestEngine.create([gate]);
});
beforeEach(async () => {
  const listener = await engine.listener(['changed', 'progress']);
  feed = new ActiveFeed({ sql: engine.database.pool, listener, pollMs: 60_000, factsMaxAgeMs: 0 });
  received = [];
  feed.on('changes', (changes) => received.push(...changes));
  unwatch = feed.watch();
  await feed.refresh();
});
afterEach(async () => {
  for (const open of opened.values()) open();
  unwatch();
  await engine.clear();
});
afterAll(() => engine.close());

/** Reads from now on: the first refresh may join a read that began before. */
const refreshNow = async () => {
  await feed.refresh();
  await feed.refresh();
};
const snapshotAsSent = () => JSON.parse(feed.snapshotMessage().textAt(0).toString()).data;
const types = () => received.map((change) => change.type.replace('server.admin.', ''));
const about = (id: string) => received.filter((change) => 'jobRunId' in change.data && change.data.jobRunId === id);
const typesOf = (id: string) => about(id).map((change) => change.type.replace('server.admin.', ''));
const untilReceived = (id: string, type: string) => vi.waitFor(() => expect(typesOf(id)).toContain(type));

it('sends the life of a run in order: queued, started, progress, stop requested, completed', async () => {
  const { id } = await engine.enqueue('gate');
  await untilReceived(id, 'job_queued');
  const runner = engine.runner({}, await engine.listener());
  await runner.start();
  await untilReceived(id, 'job_started');
  opened.get(id)?.();
  await untilReceived(id, 'job_progress');
  await engine.queue.cancel(id, SYSTEM);
  await untilReceived(id, 'job_cancel_requested');
  opened.get(`${id} half way`)?.();
  await untilReceived(id, 'job_completed');
  const order = typesOf(id).filter((type, at, all) => all.indexOf(type) === at);
  expect(order).toEqual(['job_queued', 'job_started', 'job_progress', 'job_cancel_requested', 'job_completed']);
  expect(about(id).find((change) => change.type === 'server.admin.job_progress')?.data).toMatchObject({
    progressPercent: 50,
    message: 'Half way',
  });
  expect(feed.snapshot().runs).toEqual([]);
});

it('finds what changed without any notification at its next read', async () => {
  await engine.database.pool.query(`INSERT INTO "JobRun" ("jobName") VALUES ('gate')`);
  expect(types()).toEqual([]);
  await refreshNow();
  expect(types()).toEqual(['job_queued', 'jobs_counts']);
});

it('shows on the runs of a paused channel who paused it and why, though their rows do not change', async () => {
  const { pool } = engine.database;
  const { rows } = await pool.query(`INSERT INTO "JobRun" ("jobName", channel) VALUES ('gate', 'mail') RETURNING id`);
  const [{ id }] = rows;
  await refreshNow();
  await pool.query(`INSERT INTO "Channel" (name, "pausedAt", "pausedBy", "pauseReason")
    VALUES ('mail', clock_timestamp(), 'ada@example.com', 'the relay is down')`);
  await refreshNow();
  expect(feed.snapshot().runs.find((run) => run.id === id)).toMatchObject({
    waitReason: 'channelPaused',
    waitDetail: 'Paused by ada@example.com: the relay is down',
    waitSince: expect.any(String),
    waitUntil: null,
  });
  await refreshNow();
  await pool.query(`DELETE FROM "Channel" WHERE name = 'mail'`);
  await refreshNow();
  expect(typesOf(id)).toEqual(['job_queued', 'job_queued', 'job_queued']);
  expect(feed.snapshot().runs.find((run) => run.id === id)).toMatchObject({
    waitReason: 'noRunner',
    waitSince: null,
  });
});

it('sends the end of a run that began and ended between two reads', async () => {
  const { rows } = await engine.database.pool.query(
    `INSERT INTO "JobRun" ("jobName", status, "finishedAt") VALUES ('gate', 'SUCCESS', clock_timestamp()) RETURNING id`,
  );
  await refreshNow();
  expect(typesOf(rows[0].id)).toEqual(['job_completed']);
});

it('shows the first 200 queued runs and counts them all', async () => {
  await engine.database.pool.query(`INSERT INTO "JobRun" ("jobName") SELECT 'gate' FROM generate_series(1, 250)`);
  await refreshNow();
  expect(feed.snapshot()).toMatchObject({ counts: { running: 0, queued: 250 } });
  expect(feed.snapshot().runs).toHaveLength(200);
  const last = feed.snapshot().runs.at(-1) as JobRunSummary;
  await engine.database.pool.query(`INSERT INTO "JobRun" ("jobName", priority) VALUES ('gate', -1)`);
  await refreshNow();
  // It came together with the others.
  expect(typesOf(last.id)).toEqual(['job_hidden']);
});

it('shows the 500 runs that have run longest and counts them all, also while queued ones begin', async () => {
  const { pool } = engine.database;
  const start = (where: string) =>
    pool.query(
      `UPDATE "JobRun" SET status = 'RUNNING', attempt = 1, "claimNo" = 1, "leaseToken" = gen_random_uuid(), "runnerId" = gen_random_uuid(),
         "startedAt" = clock_timestamp(), "lastHeartbeatAt" = clock_timestamp(), rev = rev + 1 WHERE ${where}`,
    );
  await pool.query(`INSERT INTO "JobRun" ("jobName") SELECT 'gate' FROM generate_series(1, 700)`);
  await start('id <= 510');
  await refreshNow();
  expect(feed.snapshot()).toMatchObject({ counts: { running: 510, queued: 190 } });
  expect(feed.snapshot().runs).toHaveLength(500 + 190);
  await start('id <= 560');
  await refreshNow();
  expect(feed.snapshot()).toMatchObject({ counts: { running: 560, queued: 140 } });
  const { runs } = feed.snapshot();
  expect(runs.map(({ status }) => status)).toEqual([...Array(500).fill('RUNNING'), ...Array(140).fill('QUEUED')]);
});

/** As the panel does. */
function applyTogether(known: Map<string, JobRunSummary>, { runs, hidden }: Together['data']): void {
  for (const part of runs) {
    const run = { ...(part.jobName === undefined ? known.get(part.id) : blankRun), ...part } as JobRunSummary;
    if (isTerminal(run.status)) known.delete(run.id);
    else known.set(run.id, run);
  }
  for (const id of hidden) known.delete(id);
}

it('sends many changes of one read together, and each as it is', async () => {
  const runs = feed.snapshot().runs.length;
  await engine.database.pool.query(`INSERT INTO "JobRun" ("jobName") SELECT 'gate' FROM generate_series(1, 30)`);
  await refreshNow();
  expect(types()).toEqual(['jobs_changed']);
  expect(received[0]?.data).toMatchObject({ counts: { running: 0, queued: 30 } });
  await engine.database.pool.query(`UPDATE "JobRun" SET priority = 7, rev = rev + 1`);
  await refreshNow();
  const known = new Map<string, JobRunSummary>();
  for (const { type, data } of received) if (type === 'server.admin.jobs_changed') applyTogether(known, data);
  expect(feed.snapshot().runs).toHaveLength(runs + 30);
  expect([...known.values()]).toEqual(feed.snapshot().runs);
});

it('reads less often while the whole list changes for many viewers, and as often as before afterwards', async () => {
  const { pool } = engine.database;
  const others = Array.from({ length: 200 }, () => feed.watch());
  let emitted = 0;
  const count = () => {
    emitted += 1;
  };
  feed.on('changes', count);
  const until = performance.now() + 1_000;
  while (performance.now() < until)
    await pool.query(`WITH gone AS (DELETE FROM "JobRun"),
      added AS (INSERT INTO "JobRun" ("jobName") SELECT 'gate' FROM generate_series(1, 200))
      SELECT pg_notify('job_manager_changed', '')`);
  expect(emitted).toBeLessThan(8);
  feed.off('changes', count);
  for (const leave of others) leave();
  await refreshNow();
  received.length = 0;
  await pool.query(`DELETE FROM "JobRun"`);
  await refreshNow();
  const { id } = await engine.enqueue('gate');
  await untilReceived(id, 'job_queued');
});

it.each([
  ['where little happens', { changes: 9, sinceLastMs: 20 }, 20],
  ['where much does', { changes: 149, sinceLastMs: 50 }, 50],
  ['where the list turns over', { changes: 150, sinceLastMs: 50 }, 1_000],
  ['while it does so still', { changes: 300, sinceLastMs: 1_050 }, 1_000],
  // A thousand changes a second, of runs that come and go: too few at once to stay slow for.
  ['where a late read found what others accumulated', { changes: 160, sinceLastMs: 1_050 }, 50],
])('reads again, %s for a thousand viewers', (_, { changes, sinceLastMs }, gapMs) => {
  expect(gapAfter(changes, sinceLastMs, 1_000)).toBe(gapMs);
});

it('equals the database however the writes fall', async () => {
  const runners = [engine.runner({ concurrency: 3 }), engine.runner({ concurrency: 3 })];
  await Promise.all(runners.map((runner) => runner.start()));
  const known = new Map<string, JobRunSummary>(feed.snapshot().runs.map((run) => [run.id, run]));
  feed.on('changes', (changes) => {
    for (const { type, data } of changes) {
      if (type === 'server.admin.jobs_changed') applyTogether(known, data);
      else if (type === 'server.admin.job_completed' || type === 'server.admin.job_hidden') known.delete(data.jobRunId);
      else if ('run' in data) known.set(data.run.id, data.run);
    }
  });
  for (let round = 0; round < 30; round++) {
    const { id } = await engine.enqueue('gate');
    if (round % 3 === 0) await engine.queue.cancel(id, SYSTEM);
    if (round % 2 === 0) for (const open of opened.values()) open();
  }
  await vi.waitFor(async () => {
    for (const open of opened.values()) open();
    const { rows } = await readActiveSnapshot(engine.database.pool);
    expect([...known.values()].map((run) => [run.id, run.status, run.rev]).sort()).toEqual(
      rows.map((row) => [row.id, row.status, row.rev]).sort(),
    );
    expect(rows).toEqual([]);
  });
});

it('sends no query without a viewer', async () => {
  unwatch();
  const query = vi.spyOn(engine.database.pool, 'query');
  const { id } = await engine.enqueue('gate');
  await engine.notifier.flush();
  query.mockClear();
  engine.notifier.changed();
  await engine.notifier.flush();
  const sentQueries = query.mock.calls.filter(([statement]) => !JSON.stringify(statement).includes('pg_notify'));
  expect(sentQueries).toEqual([]);
  unwatch = feed.watch();
  await untilReceived(id, 'job_queued');
});

it('is read once for all who come within a moment, and is whole for each of them', async () => {
  const { id } = await engine.enqueue('gate');
  await untilReceived(id, 'job_queued');
  // The moment lasts, however busy the machine is; a clock that restarted would delay the next read.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
  await refreshNow();
  const queries = vi.spyOn(engine.database.pool, 'query');
  await Promise.all(Array.from({ length: 100 }, () => feed.refreshUnlessFresh()));
  clock.mockRestore();
  expect(queries).not.toHaveBeenCalled();
  const { serverTime: _, ...written } = snapshotAsSent();
  const { serverTime: __, ...received } = feed.snapshot();
  expect(written).toEqual(JSON.parse(JSON.stringify(received)));
  expect(written.runs).toHaveLength(1);
  await engine.queue.cancel(id, SYSTEM);
  await untilReceived(id, 'job_completed');
  expect(snapshotAsSent().runs).toEqual([]);
});
