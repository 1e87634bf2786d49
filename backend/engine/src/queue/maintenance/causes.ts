import { causeOf } from '@job-manager/shared/error-cause';
import { outsideJobScope } from '../../database/job-scope.js';
import { addCauses, type FailedRun, readRunsWithoutCause, readUnreadHours } from '../../store/causes.js';
import type { Sql } from '../../store/sql.js';
import { fingerprintOf, frameOf } from '../error-cause.js';
import type { MaintenanceTask } from './maintenance-loop.js';

/** Of one statement. */
const MAX_RUNS = 500;
const HOUR_MS = 3_600_000;

/**
 * Notes the causes of failed runs that have none, the newest hours first: of those that failed since a moment, or of all.
 * `pause` is awaited between batches and ends it with false. Returns how many it noted.
 */
export async function collectCauses(sql: Sql, since: Date | null, pause: () => Promise<boolean>): Promise<number> {
  let noted = 0;
  for (let hours = await readUnreadHours(sql, since); hours.length > 0; hours = await readUnreadHours(sql, since)) {
    const before = noted;
    for (const { hour, missing } of hours) {
      for (let left = missing; left > 0; ) {
        const runs = await readRunsWithoutCause(sql, hour, Math.min(left, MAX_RUNS));
        if (runs.length === 0) break;
        noted += await addCauses(sql, runs.map(withCause));
        left -= runs.length;
        if (!(await pause())) return noted;
      }
    }
    // The counters exceed the rows, which the self-check reports.
    if (noted === before) break;
  }
  return noted;
}

/** Failures that are noted before an answer that shows causes; those left over are noted by maintenance. */
const MAX_BATCHES = 10;

/** Notes the causes of what failed in this hour and the one before, so far as that is quick: of all jobs, whatever the caller may see. */
export async function collectRecentCauses(sql: Sql): Promise<void> {
  let batches = 0;
  await outsideJobScope(() => collectCauses(sql, recently(), async () => ++batches < MAX_BATCHES));
}

const recently = () => new Date(Date.now() - HOUR_MS);

/** Each minute, of what failed lately. */
export const collectingCauses = (sql: Sql): MaintenanceTask => ({
  name: 'group failures by cause',
  run: async (pause) => describeNoted(await collectCauses(sql, recently(), pause)),
});

/** At intervals, of failures that were missed: from before causes were kept, or while no server ran. */
export const collectingAllCauses = (sql: Sql): MaintenanceTask => ({
  name: 'group all failures by cause',
  run: async (pause) => describeNoted(await collectCauses(sql, null, pause)),
});

const describeNoted = (runs: number): string =>
  runs === 0 ? 'No failure without a cause' : `Grouped ${runs.toLocaleString('en')} failures`;

function withCause({ stack, ...run }: FailedRun) {
  const [cause, frame] = [causeOf(run.error), frameOf(stack)];
  return { ...run, cause, frame, fingerprint: fingerprintOf(run.jobName, cause, frame) };
}
