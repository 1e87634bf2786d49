import type { FailureCause } from '@job-manager/shared/contract/failures';
import { ago } from './a-run';

/** Sixty failures with one cause. */
export const aCause = (part: Partial<FailureCause> = {}): FailureCause => ({
  fingerprint: '00000000000000f1',
  jobName: 'match-scores',
  cause: 'There is no user with the id #',
  error: 'There is no user with the id 100059',
  frame: null,
  runs: 60,
  rate: 0.9,
  firstAt: ago(7_200),
  lastAt: ago(120),
  firstVersion: null,
  lastVersion: null,
  lastRunId: '300',
  lastChannel: 'default',
  jobRunIds: Array.from({ length: 60 }, (_, index) => String(300 - index)),
  ...{ state: 'OPEN', stateBy: null, stateAt: null, note: null, cameBackAt: null },
  ...{ mutedUntil: null, mutedBy: null },
  ...part,
});
