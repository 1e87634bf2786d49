import { blankRun, type JobRunSummary } from '@job-manager/shared/contract/run';
import { serverMessage } from '@job-manager/shared/live';
import { expect, it } from 'vitest';
import { batch, type Change } from './changes.js';

const blank: JobRunSummary = {
  ...blankRun,
  ...{ id: '1', jobName: 'report', status: 'QUEUED', trigger: 'API', attempt: 0, maxAttempts: 3, claimNo: 0, rev: 0 },
  ...{ runAt: '2026-01-01T00:00:00.000Z', queuedAt: '2026-01-01T00:00:00.000Z' },
  triggeredBy: { id: 1, email: 'a@b.c' },
};
const startedOf = (run: JobRunSummary): Change => ({
  type: 'server.admin.job_started',
  data: { jobRunId: run.id, run },
});

it('contains only the fields of a known run that differ, though its people are new objects', () => {
  const now: JobRunSummary = { ...blank, triggeredBy: { id: 1, email: 'a@b.c' }, status: 'RUNNING', rev: 1 };
  const gathered = batch(new Map([['1', blank]]), [startedOf(now)]);
  expect(gathered.data).toEqual({ runs: [{ id: '1', status: 'RUNNING', rev: 1 }], hidden: [] });
});

it('contains all fields of an unknown run that a blank one lacks', () => {
  const now: JobRunSummary = { ...blank, status: 'RUNNING', runnerId: 'r', rev: 1 };
  const gathered = batch(new Map(), [startedOf(now)]);
  const { id, jobName, status, trigger, attempt, maxAttempts, runAt, queuedAt, triggeredBy, runnerId, claimNo, rev } =
    now;
  const wanted = {
    id,
    jobName,
    status,
    trigger,
    attempt,
    maxAttempts,
    runAt,
    queuedAt,
    triggeredBy,
    runnerId,
    claimNo,
    rev,
  };
  expect(gathered.data).toEqual({ runs: [wanted], hidden: [] });
  expect(serverMessage.safeParse({ ...gathered, seq: 1 }).success).toBe(true);
});

it('names those that are hidden, and brings the counts along', () => {
  const now = { counts: { running: 1, queued: 2 }, serverTime: '2026-01-01T00:00:00.000Z' };
  const hidden: Change = { type: 'server.admin.job_hidden', data: { jobRunId: '7' } };
  expect(batch(new Map(), [hidden, { type: 'server.admin.jobs_counts', data: now }])).toEqual({
    type: 'server.admin.jobs_changed',
    data: { runs: [], hidden: ['7'], ...now },
  });
});
