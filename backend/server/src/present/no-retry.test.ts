import type { RunRow } from '@job-manager/engine/store/run-row';
import { describe, expect, it } from 'vitest';
import { presentNoRetry } from './no-retry.js';

const failed = { status: 'FAILED', attempt: 1, maxAttempts: 3, error: 'No', cancelRequestedAt: null } as const;
const present = (run: Partial<RunRow>) => presentNoRetry({ ...failed, inactivityTimeoutMs: null, ...run } as RunRow);

describe('why a run that failed has no further attempt', () => {
  it.each<[string, Partial<RunRow>, string]>([
    ['attempts', { attempt: 3 }, 'All 3 attempts are used up.'],
    ['attempts', { maxAttempts: 1 }, 'The run had one attempt.'],
    ['final', {}, 'The job reported that it can not succeed.'],
    ['cancelled', { cancelRequestedAt: new Date() }, 'The run was requested to stop.'],
    ['poison', { error: 'Stopped as poison: it took down its process 3 times. SIGKILL' }, 'too often'],
    ['parameters', { error: 'The parameters do not fit this job: n: must be a number' }, 'do not fit'],
    ['result', { error: "The job's result can't be kept: `n` is a bigint" }, 'can not be kept'],
    ['operator', { error: 'Force-failed by ada@example.test: stuck' }, 'An operator'],
    ['external', { inactivityTimeoutMs: 5_000 }, 'An external program'],
  ])('%s: %o', (reason, run, message) => {
    expect(present(run)).toEqual({ reason, message: expect.stringContaining(message) });
  });

  it.each(['QUEUED', 'RUNNING', 'SUCCESS', 'CANCELLED'] as const)('is nothing for a run that is %s', (status) => {
    expect(present({ status })).toBeNull();
  });
});
