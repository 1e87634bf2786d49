import type { RunRow } from '@job-manager/engine/store/run-row';
import type { JobRun } from '@job-manager/shared/contract/run';
import { finalErrors } from '@job-manager/shared/run';

type NoRetry = NonNullable<JobRun['noRetry']>;

/**
 * Why a run that failed has no further attempt; null for a run that did not fail. Read from its row: a column for
 * it would be written with every run that ends, for the few that fail.
 */
export function presentNoRetry(run: RunRow): NoRetry | null {
  if (run.status !== 'FAILED') return null;
  const reason = reasonOf(run);
  return { reason, message: reason === 'attempts' ? describeAttempts(run) : MESSAGES[reason] };
}

function reasonOf(run: RunRow): NoRetry['reason'] {
  if (run.inactivityTimeoutMs !== null) return 'external';
  const known = BEGINNINGS.find(([beginning]) => run.error?.startsWith(beginning));
  if (known) return known[1];
  if (run.attempt >= run.maxAttempts) return 'attempts';
  return run.cancelRequestedAt === null ? 'final' : 'cancelled';
}

/** Errors whose text comes from the engine. */
const BEGINNINGS: readonly (readonly [string, NoRetry['reason']])[] = [
  ['Force-failed by', 'operator'],
  ['Emergency cleanup by', 'operator'],
  ['Stopped as poison', 'poison'],
  [finalErrors.parameters, 'parameters'],
  [finalErrors.result, 'result'],
  [finalErrors.outcome, 'result'],
];

const describeAttempts = ({ maxAttempts }: RunRow): string =>
  maxAttempts === 1 ? 'The run had one attempt.' : `All ${maxAttempts} attempts are used up.`;

const MESSAGES: Record<Exclude<NoRetry['reason'], 'attempts'>, string> = {
  external: 'An external program executed the run; no runner could repeat it.',
  operator: 'An operator failed the run.',
  poison: 'The run took down its process too often.',
  parameters: 'The parameters do not fit the job; they would not fit again.',
  result: 'The result can not be kept; it would be the same again.',
  cancelled: 'The run was requested to stop.',
  final: 'The job reported that it can not succeed.',
};
