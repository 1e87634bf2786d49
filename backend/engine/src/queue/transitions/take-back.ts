import { auditFrom } from '@job-manager/client/audit';
import type { AuditAction } from '@job-manager/shared/audit';
import { limits } from '@job-manager/shared/limits';
import { settingOfJob } from '../../store/job-settings.js';
import { leaveRunning } from './leave-running.js';

interface TakeBack {
  /** Which RUNNING runs, as an SQL condition over JobRun. */
  which: string;
  /** At most so many. */
  most: number;
  /** The state that follows, as an SQL expression over `held`: the run, with its `trial` and `losses`. */
  next: string;
  /** Why the execution is over, likewise. */
  why: string;
  /** How often the run has then ended with its process, likewise. */
  crashes: string;
  /** Whether a run that is queued again keeps the attempt, likewise. */
  refunds: string;
  /** The error of a run that fails, as an SQL expression over `lost`: `held` with next, why, crashes and refunds. */
  error: string;
  /** The message that is left on the run, likewise, with its `error`. */
  told: string;
  /** As what the execution is kept where the run is queued again, as an SQL expression over `lost`. */
  outcome: string;
  /** Further CTEs over `judged`, each with a comma after it. */
  more?: string;
  action: AuditAction;
  /** Number of the first of the values of `auditValues`. */
  actorAt: number;
}

const TRIAL = `(SELECT CASE WHEN s."claimNo" IS DISTINCT FROM j."claimNo" THEN 'NOT_BEGUN' WHEN s."isAlone" THEN 'ALONE' ELSE 'APART' END
    FROM "SuspectRun" s WHERE s."runId" = j.id)`;

/**
 * The runs of JobRun `j` that meet a condition, with `trial`, `losses` and `onStalled`, what operators
 * have set of the job, as a query. A trial is how a suspect was
 * being executed: not yet, alone in its runner's process, or apart in another way; it is null for a run that is no
 * suspect, of which it is unknown whether it had begun.
 */
export const heldRuns = (which: string): string => `
  SELECT j.*, ${TRIAL} AS trial, coalesce((SELECT s.losses FROM "SuspectRun" s WHERE s."runId" = j.id), 0) AS losses,
    CASE WHEN "inactivityTimeoutMs" IS NULL THEN ${settingOfJob('onStalled')} END AS "onStalled"
  FROM "JobRun" j WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND ${which} ORDER BY id`;

// Runs are queued again where they stood in line. The token is cleared, so whatever their runner still sends changes
// nothing. SKIP LOCKED: what something else just writes is no longer silent, or is taken by the next sweep.
/** Takes runs away from the runners that execute them, as the CTEs of a statement that leave the runs in `changed`. */
export const takeBack = ({
  which,
  most,
  next,
  why,
  crashes,
  refunds,
  error,
  told,
  outcome,
  more = '',
  action,
  actorAt,
}: TakeBack): string => `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), held AS MATERIALIZED (${heldRuns(which)} LIMIT ${most} FOR UPDATE OF j SKIP LOCKED
), lost AS MATERIALIZED (
  SELECT id, attempt, "maxAttempts", "onStalled", "claimNo", "runnerId", "startedAt", "maxCrashes", "inactivityTimeoutMs", trial, losses,
    ${crashes} AS crashes, ${next} AS next, ${why} AS why, ${refunds} AS refunds
  FROM held
), judged AS MATERIALIZED (SELECT told.*, ${told} AS told FROM (SELECT *, ${error} AS error FROM lost) told
), ${more}${leaveRunning({
  from: 'judged',
  next: 'judged.next',
  refunds: `judged.next = 'QUEUED' AND judged.refunds`,
  set: {
    crashes: 'judged.crashes',
    error: `CASE WHEN judged.next = 'FAILED' THEN left(judged.error, ${limits.errorChars}) END`,
  },
  note: { level: `CASE judged.next WHEN 'FAILED' THEN 'ERROR' ELSE 'WARN' END`, text: 'judged.told' },
  archive: { outcome, error: 'why' },
  audit: auditFrom('changed', action, actorAt),
})}`;
