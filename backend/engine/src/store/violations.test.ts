import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';
import { checkRecentRuns, readViolations } from './violations.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(() =>
  database.pool.query(
    'TRUNCATE "JobRun", "JobRunMessage", "JobRunAttempt", "JobRunCount", "JobRunDayCount", "JobRunBatch", "Schedule", "ScheduleSkip"',
  ),
);

const running = (
  claimNo: number,
) => `status = 'RUNNING', attempt = 1, "claimNo" = ${claimNo}, "leaseToken" = gen_random_uuid(), "runnerId" = gen_random_uuid(),
  "startedAt" = clock_timestamp(), "lastHeartbeatAt" = clock_timestamp()`;

/** A run with these columns; returns its id. */
async function aRun(set = 'rev = 0'): Promise<string> {
  const added = await database.pool.query<{ id: string }>(
    `INSERT INTO "JobRun" ("jobName") VALUES ('job') RETURNING id`,
  );
  const id = String(added.rows[0]?.id);
  await database.pool.query(`UPDATE "JobRun" SET ${set} WHERE id = $1`, [id]);
  return id;
}

/** A schedule that came due a minute ago; returns its id. */
async function aSchedule(): Promise<string> {
  const added = await database.pool.query<{ id: string }>(
    `INSERT INTO "Schedule" (name, "jobName", "everyMs", source, "lastDueAt") VALUES ('s', 'job', 60000, 'API', '2026-11-22T10:00Z') RETURNING id`,
  );
  return added.rows[0]?.id ?? '';
}
const skip = (id: string, first: string, last: string) =>
  database.pool.query(
    `INSERT INTO "ScheduleSkip" ("scheduleId", "firstDueAt", "lastDueAt", "dueTimes", reason) VALUES ($1, $2, $3, 1, 'MISSED')`,
    [id, first, last],
  );

describe('The rules of the engine', () => {
  it('hold for runs as they should be', async () => {
    await aRun();
    await aRun(running(1));
    expect(await readViolations(database.pool)).toEqual({});
    expect(await checkRecentRuns(database.pool, 10)).toEqual({ violations: {}, rules: expect.any(Number), runs: 2 });
  });

  it.each([
    ['attempts never exceed their limit', () => aRun(`attempt = 4, "claimNo" = 4`)],
    ['the columns of a run fit one another', () => aRun('"timeoutMs" = 0')],
    ['crashes never exceed claims', () => aRun('crashes = 1')],
    ['a cancelled request never runs again', () => aRun('"cancelRequestedAt" = clock_timestamp()')],
    ['every claim is the run itself or kept as an earlier attempt', () => aRun('"claimNo" = 1')],
    ['kept and dropped messages make up the count', () => aRun('"messageCount" = 1')],
    ['no run waits for runs that have all ended', () => aRun(`"isBlocked" = true, "dependsOn" = '{0}'`)],
    [
      'no run has begun before those it waits for have ended',
      async () => aRun(`${running(1)}, "dependsOn" = ARRAY[${await aRun()}]::bigint[]`),
    ],
    [
      'no run waits for a success that cannot come, nor has begun without it',
      async () => {
        const failed = await aRun(`status = 'FAILED', "finishedAt" = clock_timestamp()`);
        await aRun(`${running(1)}, "waitsFor" = 'SUCCEEDED', "dependsOn" = ARRAY[${failed}]::bigint[]`);
      },
    ],
    [
      'a run knows that others wait for it',
      async () => aRun(`"isBlocked" = true, "dependsOn" = ARRAY[${await aRun()}]::bigint[]`),
    ],
    ['no run waits for a batch that has ended', () => aRun('"isBlocked" = true')],
    [
      'no run is stopped as poison that crashed nothing',
      () => aRun(`status = 'FAILED', "finishedAt" = clock_timestamp(), error = 'Stopped as poison: it took'`),
    ],
    [
      'a suspect begins apart in a claim of its own',
      async () => database.pool.query('INSERT INTO "SuspectRun" ("runId", "claimNo") VALUES ($1, 1)', [await aRun()]),
    ],
    [
      'no message is numbered beyond the count',
      async () => {
        const id = await aRun('"droppedMessages" = 0');
        await database.pool.query(
          `INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message) VALUES ($1, 1, 0, 'INFO', 'JOB', '')`,
          [id],
        );
      },
    ],
    [
      'attempts follow one another',
      async () => {
        const id = await aRun(running(2));
        await database.pool.query(
          `INSERT INTO "JobRunAttempt" ("runId", "claimNo", attempt, outcome, "startedAt", "endedAt", "durationMs")
           VALUES ($1, 1, 1, 'LOST', clock_timestamp(), clock_timestamp() + interval '1 hour', 0)`,
          [id],
        );
      },
    ],
    [
      'a batch has ended when its runs have',
      async () => {
        const added = await database.pool.query<{ id: string }>(
          `INSERT INTO "JobRunBatch" (name, total, "finishedAt") VALUES ('b', 1, clock_timestamp()) RETURNING id`,
        );
        await aRun(`"batchId" = ${added.rows[0]?.id}`);
      },
    ],
    ['the last due time of a schedule has a run or a reason for none', () => aSchedule()],
  ])('are seen to be broken: %s', async (rule, breakIt) => {
    await breakIt();
    expect(await readViolations(database.pool)).toMatchObject({ [rule]: 1 });
    expect((await checkRecentRuns(database.pool, 10)).violations).toMatchObject({ [rule]: 1 });
  });

  it('are found where only all runs show them: sums, messages without a run, and an id that two have', async () => {
    const id = await aRun();
    await database.pool.query(
      `INSERT INTO "JobRun" (id, "jobName", status, "finishedAt") VALUES ($1, 'job', 'CANCELLED', now())`,
      [id],
    );
    await database.pool.query(
      `INSERT INTO "JobRunCount" (hour, "jobName", status, runs, "totalDurationMs") VALUES (date_trunc('hour', now()), 'job', 'SUCCESS', 1, 0)`,
    );
    await database.pool.query(
      `INSERT INTO "JobRunMessage" ("runId", seq, attempt, level, source, message) VALUES (0, 1, 0, 'INFO', 'JOB', '')`,
    );
    expect(await readViolations(database.pool)).toEqual({
      'counters equal the rows': 2,
      'every message has its run': 1,
      'no two runs have one id': 1,
    });
  });

  it('are seen to be broken where a day counts something else than its hours', async () => {
    await database.pool.query(
      `ALTER TABLE "JobRunDayCount" DISABLE TRIGGER "JobRunDayCount_is_derived";
       INSERT INTO "JobRunDayCount" (day, "jobName", status, runs) VALUES (date_trunc('day', now(), 'UTC'), 'job', 'SUCCESS', 1);
       ALTER TABLE "JobRunDayCount" ENABLE TRIGGER "JobRunDayCount_is_derived"`,
    );
    expect(await readViolations(database.pool)).toEqual({ 'counters of days equal those of their hours': 1 });
  });

  it('are seen to be broken where a due time has a run and a reason for none, or two reasons', async () => {
    const id = await aSchedule();
    await skip(id, '2026-11-22T09:00Z', '2026-11-22T10:00Z');
    expect(await readViolations(database.pool)).toEqual({});
    await aRun(`"scheduleId" = '${id}', "dueAt" = '2026-11-22T10:00Z', trigger = 'CRON'`);
    expect(await readViolations(database.pool)).toEqual({ 'no due time has a run and a reason for none': 1 });
    await skip(id, '2026-11-22T10:00Z', '2026-11-22T11:00Z');
    expect(await readViolations(database.pool)).toMatchObject({ 'no due time is skipped twice': 1 });
  });

  it('are checked for a bounded number of runs in the running system', async () => {
    await database.pool.query(`INSERT INTO "JobRun" ("jobName") SELECT 'job' FROM generate_series(1, 50)`);
    expect(await checkRecentRuns(database.pool, 20)).toMatchObject({ violations: {}, runs: 20 });
  });
});
