import { readViolations } from '@job-manager/engine/store/violations';
import { createTestDatabase, type TestDatabase } from '@job-manager/engine/testing/database';
import { migrateSample } from '@job-manager/sample/sample-database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../time.js';
import { createHistory } from './history.js';
import { writePeople } from './people.js';
import { removeHistory } from './remove-history.js';
import { SAMPLE_ROW } from './sample-rows.js';
import { writeHistory } from './write-history.js';

const until = new Date('2026-03-01T11:23:00Z');
const drafts = createHistory({ from: until.getTime() - 14 * DAY_MS, until: until.getTime() }, 42);

describe('the invented runs', () => {
  it('are the same for the same seed, and others for another', () => {
    const span = { from: until.getTime() - 14 * DAY_MS, until: until.getTime() };
    expect(createHistory(span, 42)).toEqual(drafts);
    expect(createHistory(span, 43)).not.toEqual(drafts);
  });

  it('follow the day: more at noon than at night', () => {
    const between = (from: number, to: number) =>
      drafts.filter(({ jobName, queuedAt }) => {
        const hour = new Date(queuedAt).getUTCHours();
        return jobName === 'feed-presort' && hour >= from && hour < to;
      }).length;
    expect(between(11, 15)).toBeGreaterThan(3 * between(1, 5));
  });

  it('hold one burst of failures of one cause, all of one version, and other versions before and after', () => {
    const burst = drafts.filter(({ failure }) => failure?.stack);
    expect(new Set(burst.map(({ failure }) => failure?.error)).size).toBe(1);
    expect(burst.length).toBeGreaterThan(60);
    expect(new Set(burst.map(({ version }) => version))).toEqual(new Set(['0.9.3']));
    const versions = drafts.filter(({ jobName }) => jobName === 'content-features').map(({ version }) => version);
    expect([...new Set(versions)]).toEqual(['0.9.2', '0.9.3', '1.0.0']);
  });

  it('end well in the hours that health judges', () => {
    const late = drafts.filter(({ queuedAt }) => queuedAt > until.getTime() - 3 * HOUR_MS);
    expect(late.length).toBeGreaterThan(20);
    expect(late.filter(({ status, failedBefore = [] }) => status !== 'SUCCESS' || failedBefore.length > 0)).toEqual([]);
  });
});

describe('in the database', () => {
  let database: TestDatabase;
  const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;
  const countOf = async (table: string) => (await query(`SELECT count(*)::int AS count FROM "${table}"`))[0].count;
  const TABLES = ['JobRun', 'JobRunAttempt', 'JobRunMessage', 'JobRunCount', 'JobRunDayCount', 'JobRunBatch'];
  const REMOVED = ['JobRunRemoved'];
  const SETTINGS = ['Schedule', 'ScheduleSkip', 'Channel', 'ApiToken', 'Runner', 'User'];
  const counts = async () => {
    const all = [];
    for (const table of [...TABLES, ...REMOVED, ...SETTINGS]) all.push([table, await countOf(table)]);
    const [{ marks }] = await query(`SELECT count(*)::int AS marks FROM ${SAMPLE_ROW}`);
    return Object.fromEntries([...all, ['SampleRow', marks]]);
  };
  let people: number[];
  beforeAll(async () => {
    database = await createTestDatabase();
    await migrateSample(database.url);
  });
  beforeEach(async () => {
    await database.clear();
    await query(`DELETE FROM ${SAMPLE_ROW}`);
    const users = await query(`INSERT INTO "User" (email) VALUES ('ada@example.com'), ('bo@example.com') RETURNING id`);
    people = users.map(({ id }) => id);
  });
  afterAll(() => database.drop());
  const write = () => writeHistory(database.pool, { seed: 42, until, days: 14, people });

  it('break no rule of the engine: counters, attempts, messages, schedules', async () => {
    expect(await write()).toBe(drafts.length);
    expect(await readViolations(database.pool)).toEqual({});
    const [kinds] = await query(
      `
      SELECT count(DISTINCT "triggeredById")::int AS people, count(*) FILTER (WHERE attempt > 1 AND status = 'SUCCESS')::int > 5 AS retried,
        count(*) FILTER (WHERE status = 'CANCELLED' AND "startedAt" IS NULL)::int > 0 AS cancelled, count(DISTINCT "scheduleId")::int AS schedules,
        count(DISTINCT "batchId")::int > 10 AS batches, count(DISTINCT "triggeredByTokenId")::int AS tokens,
        bool_or("queueDelayMs" > 60000) AS waited, bool_or("dependsOn" IS NOT NULL) AS chained, max("durationMs")::int > 600000 AS slow,
        bool_and(metadata @> '{"sample": true}') AS marked, max("finishedAt") <= $1 AS past FROM "JobRun"`,
      until,
    );
    expect(kinds).toEqual({
      people: 2,
      retried: true,
      cancelled: true,
      schedules: 3,
      batches: true,
      tokens: 1,
      waited: true,
      chained: true,
      slow: true,
      marked: true,
      past: true,
    });
  });

  it('begin nothing by themselves but two harmless schedules, whose next due times are ahead', async () => {
    await write();
    const schedules = await query(
      `SELECT name, "pausedAt" IS NULL AND "nextRunAt" > clock_timestamp() AS "comesDue", "jobName", parameters FROM "Schedule" ORDER BY name`,
    );
    expect(schedules).toEqual([
      { name: 'nightly-search-index', comesDue: true, jobName: 'profile-search-index', parameters: {} },
      { name: 'nightly-trending', comesDue: false, jobName: 'trending', parameters: {} },
      { name: 'quiz-statistics', comesDue: true, jobName: 'quiz-answer-stats', parameters: {} },
    ]);
    expect(await query(`SELECT id FROM "JobRun" WHERE status IN ('QUEUED', 'RUNNING')`)).toEqual([]);
    expect(await query('SELECT name, "pauseReason" IS NULL AS runs FROM "Channel" ORDER BY name')).toEqual([
      { name: 'partner-imports', runs: false },
      { name: 'uploads', runs: true },
    ]);
    // Runners that stopped long since did not start now.
    expect(await countOf('RunnerEvent')).toBe(0);
  });

  it('are written once, and not beside runs of others', async () => {
    await write();
    const before = await counts();
    expect(await write()).toBe(0);
    expect(await counts()).toEqual(before);
  });

  it('go without a trace', async () => {
    const before = await counts();
    await write();
    const { removed, kept } = await removeHistory(database.pool);
    expect(removed).toMatchObject({ runs: drafts.length, schedules: 3, channels: 2, tokens: 1 });
    expect(kept).toEqual([]);
    expect(await counts()).toEqual(before);
    expect((await removeHistory(database.pool)).removed.runs).toBe(0);
  });

  it('take the accounts of those who asked for them along, but none with a role', async () => {
    const members = ['cy', 'di'].map((name, id) => ({ id, email: `${name}@example.com`, createdAt: until.getTime() }));
    const [cy, di] = await writePeople(database.pool, members);
    await query(`UPDATE "User" SET role = 'ADMIN' WHERE id = $1`, di);
    const { removed, kept } = await removeHistory(database.pool);
    expect([removed.people, kept]).toEqual([1, [`person ${di}`]]);
    expect(await query('SELECT id FROM "User" WHERE id IN ($1, $2)', cy, di)).toEqual([{ id: di }]);
  });

  it('leave what people did since as it is', async () => {
    await write();
    const [sample] = await query(`SELECT id FROM "JobRun" WHERE "jobName" = 'affinity' LIMIT 1`);
    await query(`UPDATE "Schedule" SET cron = '0 4 * * *', rev = rev + 1 WHERE name = 'nightly-trending'`);
    await query(`UPDATE "Channel" SET concurrency = 9, rev = rev + 1 WHERE name = 'uploads'`);
    await query(`INSERT INTO "Channel" (name) VALUES ('mine')`);
    // One of the same job and hour as sample runs, one that waits where the sample paused, one that reads a sample run's results.
    await query(
      `WITH ended AS (
      INSERT INTO "JobRun" ("jobName", status, attempt, "claimNo", "startedAt", "finishedAt", "durationMs", "rerunOfId")
      SELECT 'affinity', 'SUCCESS', 1, 1, "startedAt", "finishedAt", 7, id FROM "JobRun" WHERE id = $1 RETURNING *
    ) INSERT INTO "JobRunCount" SELECT date_trunc('hour', "finishedAt", 'UTC'), "jobName", status, 1, "durationMs" FROM ended
      ON CONFLICT (hour, "jobName", status) DO UPDATE SET runs = "JobRunCount".runs + 1, "totalDurationMs" = "JobRunCount"."totalDurationMs" + 7`,
      sample.id,
    );
    await query(`INSERT INTO "JobRun" ("jobName", channel) VALUES ('import', 'partner-imports')`);
    await query(
      `INSERT INTO "JobRun" ("jobName", "dependsOn", "waitsFor") VALUES ('reader', ARRAY[$1::bigint], 'SUCCEEDED')`,
      sample.id,
    );

    const { removed, kept } = await removeHistory(database.pool);
    expect(removed.runs).toBe(drafts.length - 1);
    expect(kept).toEqual([
      'channel partner-imports',
      'channel uploads',
      `run ${sample.id}`,
      'schedule nightly-trending',
    ]);
    expect(await query('SELECT "jobName" FROM "JobRun" ORDER BY id')).toEqual(
      ['affinity', 'affinity', 'import', 'reader'].map((jobName) => ({ jobName })),
    );
    expect(await query('SELECT name FROM "Channel" ORDER BY name')).toHaveLength(3);
    expect(await query('SELECT name FROM "Schedule"')).toEqual([{ name: 'nightly-trending' }]);
    expect(await countOf('User')).toBe(2);
    expect(await readViolations(database.pool)).toEqual({});
  });
});
