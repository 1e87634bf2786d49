import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { causeOf } from '@job-manager/shared/error-cause';
import { paths } from '../../paths';

/** Failures of one job with one cause that came within seconds of each other. */
export interface FailureGroup {
  id: string;
  latest: JobRunSummary;
  count: number;
  /** The error as it was written; where that of several runs differs, what they have in common. */
  error: string;
  lastAt: number;
}

/** Failures of one job and cause form one group until none came for so long. */
export const GROUP_MS = 5_000;
const MAX_GROUPS = 200;
const NO_REASON = 'No reason was given.';

/**
 * Adds failed runs up by job and cause; answers the groups that have changed. `isKept` may keep a group open for longer
 * than `GROUP_MS`.
 */
export function createFailureGroups(isKept: (group: FailureGroup) => boolean = () => false) {
  const groups = new Map<string, FailureGroup>();

  function add(run: JobRunSummary): FailureGroup {
    const error = run.error?.trim() || NO_REASON;
    const key = `${run.jobName}\n${causeOf(error)}`;
    const known = groups.get(key);
    groups.delete(key);
    const isOpen = known !== undefined && (Date.now() - known.lastAt <= GROUP_MS || isKept(known));
    const group: FailureGroup = {
      id: isOpen ? known.id : `failed: ${run.id}`,
      latest: run,
      count: isOpen ? known.count + 1 : 1,
      error: isOpen && known.error !== error ? causeOf(error) : error,
      lastAt: Date.now(),
    };
    groups.set(key, group);
    const [oldest] = groups.keys();
    if (groups.size > MAX_GROUPS && oldest !== undefined) groups.delete(oldest);
    return group;
  }

  return (failed: readonly JobRunSummary[]): FailureGroup[] => [
    ...new Map(failed.map(add).map((group) => [group.id, group])).values(),
  ];
}

/** "match-scores #12 failed", "3 runs of match-scores failed". */
export const describeFailures = ({ count, latest }: FailureGroup): string =>
  count === 1 ? `${nameOf(latest)} failed` : `${count.toLocaleString('en')} runs of ${latest.jobName} failed`;

export const nameOf = ({ jobName, id }: JobRunSummary): string => `${jobName} #${id}`;

/** Address of the history with the failures of one job, or of all. */
export function failuresOf(jobName?: string): string {
  const query = new URLSearchParams({ ...(jobName === undefined ? {} : { job: jobName }), status: 'FAILED' });
  return `${paths.history}?${query}`;
}
