import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Sql } from '../../store/sql.js';
import { createTestDatabase, type TestDatabase } from '../../testing/database.js';
import { outcomeOf } from '../../testing/graph.js';
import { SYSTEM } from '../system-actor.js';
import { beat, type Lease } from './beat.js';
import { type ClaimedRun, claimDueRuns } from './claim.js';
import { finishRuns } from './finish.js';
import { writeProgress } from './progress.js';
import { recoverRunsOf } from './recover.js';
import { refuseRun, releaseRuns, snoozeRuns } from './release.js';
import { type FailedAttempt, retryRuns } from './retry.js';
import { writeMessages } from './write-messages.js';

let database: TestDatabase;
let sql: Sql;
let zombie: ClaimedRun;
let heir: ClaimedRun;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.pool;
});
afterAll(() => database.drop());
beforeEach(async () => {
  await sql.query('DELETE FROM "JobRun"; DELETE FROM "SuspectRun"; DELETE FROM "JobProcess"');
  await sql.query(`INSERT INTO "JobRun" ("jobName") VALUES ('work')`);
  const runnerId = randomUUID();
  zombie = await claimOne(runnerId);
  await recoverRunsOf(sql, runnerId, SYSTEM);
  await sql.query('DELETE FROM "SuspectRun"');
  heir = await claimOne(randomUUID());
});

async function claimOne(runnerId: string): Promise<ClaimedRun> {
  const [run] = await claimDueRuns(sql, { runnerId, jobNames: ['work'], most: 1 });
  if (!run) throw new Error('There was nothing to claim');
  return run;
}

const pulse = (lease: Lease) => ({
  ...{ runnerId: randomUUID(), leases: [lease], loopLagMs: 0, lastClaimAgoMs: null, lastProgressAgoMs: null },
});
const attempt = ({ id, leaseToken, claimNo }: ClaimedRun): FailedAttempt => ({
  ...{ id, leaseToken, claimNo, error: 'no', errorStack: null, metadata: null, metadataTruncated: false, steps: null },
  ...{
    progressPercent: null,
    progressMessage: null,
    isTimeOut: false,
    isCrash: false,
    isWorthRepeating: true,
    delayMs: 0,
  },
  usage: { childPid: null, cpuMs: null, peakMemoryBytes: null, maxLoopLagMs: null },
});
const line = { level: 'INFO', message: 'still here', data: null } as const;

/** All that a runner writes about a run that it holds. */
const writes: Record<string, (run: ClaimedRun) => Promise<unknown>> = {
  beat: (run) => beat(sql, pulse(run)),
  progress: (run) => writeProgress(sql, [{ ...run, percent: 50, message: 'half', steps: null }]),
  messages: (run) => writeMessages(sql, [{ ...run, lines: [line], callKey: null }], 100),
  success: (run) => finishRuns(sql, [outcomeOf(run, 'SUCCESS')]),
  failure: (run) => finishRuns(sql, [outcomeOf(run, 'FAILED')]),
  retry: (run) => retryRuns(sql, [attempt(run)]),
  snooze: (run) => snoozeRuns(sql, [{ ...run, delayMs: 1_000, reason: null }]),
  release: (run) => releaseRuns(sql, [run]),
  refusal: async (run) => {
    await sql.query(
      `INSERT INTO "JobProcess" (id, "jobNames", versions, host, pid) VALUES (gen_random_uuid(), '{work}', '{other}', 'h', 1)`,
    );
    return refuseRun(sql, { ...run, version: 'mine', algorithmVersion: '1', reason: 'no' });
  },
};
const snapshot = async () =>
  (
    await sql.query(
      `SELECT to_jsonb(r) AS run, (SELECT count(*)::int FROM "JobRunMessage") AS messages,
         (SELECT count(*)::int FROM "JobRunAttempt") AS attempts FROM "JobRun" r`,
    )
  ).rows;
/** That nothing was written, as each of them answers. */
const NOTHING = {
  beat: { held: new Set(), cancelRequested: [] },
  ...{ progress: new Set(), messages: new Set(), success: new Set(), failure: new Set(), retry: new Map() },
  ...{ snooze: new Map(), release: undefined, refusal: false },
};

it.each(Object.entries(writes))('%s with the token of a claim before changes nothing', async (name, write) => {
  const before = await snapshot();
  expect(await write(zombie)).toEqual(NOTHING[name as keyof typeof NOTHING]);
  expect(await snapshot()).toEqual(before);
  // The same by the runner that holds it is written.
  await write(heir);
  expect(await snapshot()).not.toEqual(before);
});

it.each(Object.entries(writes))('%s with that token changes nothing once the run has ended', async (name, write) => {
  await finishRuns(sql, [outcomeOf(heir, 'FAILED')]);
  const before = await snapshot();
  expect(await write(zombie)).toEqual(NOTHING[name as keyof typeof NOTHING]);
  expect(await snapshot()).toEqual(before);
  // Nor is it locked: that would write to the pages of history.
  expect((await sql.query('SELECT xmax::text FROM "JobRun"')).rows).toEqual([{ xmax: '0' }]);
});

it('a run that has ended is not locked with those that a new one waits for', async () => {
  await finishRuns(sql, [outcomeOf(heir, 'SUCCESS')]);
  const { rows } = await sql.query('SELECT status FROM job_manager_lock_runs(ARRAY[$1::bigint])', [heir.id]);
  expect(rows.map(({ status }) => status)).toEqual(['SUCCESS']);
  expect((await sql.query('SELECT xmax::text FROM "JobRun"')).rows).toEqual([{ xmax: '0' }]);
});
