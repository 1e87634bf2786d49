import type { AuditAction } from '@job-manager/shared/audit';
import { limits } from '@job-manager/shared/limits';
import { archiveAttempt, endExecution } from './attempt.js';
import { auditFrom } from './audit.js';
import { countEnded } from './count.js';
import { noteFrom } from './note.js';

interface TakeBack {
  /** Which RUNNING runs, as an SQL condition over JobRun. */
  which: string;
  /** At most so many. */
  most: number;
  /** The state that follows, as an SQL expression over JobRun. */
  next: string;
  /** Why the execution is over, likewise. */
  why: string;
  /** How often the run has then ended with its process, likewise. */
  crashes: string;
  /** The error of a run that fails, as an SQL expression over `lost`: id, attempt, next, why, crashes ... */
  error: string;
  /** The message that is left on the run, as an SQL expression over the run as it is then, with its `next` and `why`. */
  told: string;
  /** As what the execution is kept where the run is queued again. */
  outcome: 'LOST' | 'FAILED';
  action: AuditAction;
  /** Number of the first of the values of `auditValues`. */
  actorAt: number;
}

// Runs are queued again where they stood in line. The token is cleared, so whatever their runner still sends changes
// nothing. SKIP LOCKED: what something else just writes is no longer silent, or is taken by the next sweep.
/** Takes runs away from whoever executes them, as the CTEs of a statement that leave the runs in `taken`. */
export const takeBack = ({
  which,
  most,
  next,
  why,
  crashes,
  error,
  told,
  outcome,
  action,
  actorAt,
}: TakeBack): string => `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), lost AS MATERIALIZED (
  SELECT id, attempt, "maxAttempts", "claimNo", "runnerId", "startedAt", "maxCrashes", "inactivityTimeoutMs",
    ${crashes} AS crashes, ${next} AS next, ${why} AS why
  FROM "JobRun" WHERE status = 'RUNNING' AND ${which}
  ORDER BY id LIMIT ${most} FOR UPDATE SKIP LOCKED
), judged AS MATERIALIZED (SELECT *, ${error} AS error FROM lost
), taken AS (
  UPDATE "JobRun" j
  SET status = judged.next::"JobRunStatus", rev = j.rev + 1, "leaseToken" = NULL, crashes = judged.crashes,
      error = CASE WHEN judged.next = 'FAILED' THEN left(judged.error, ${limits.errorChars}) END,
      ${endExecution('judged.next')},
      "messageCount" = j."messageCount" + 1,
      "warningCount" = j."warningCount" + (judged.next <> 'FAILED')::int, "errorCount" = j."errorCount" + (judged.next = 'FAILED')::int
  FROM judged, moment WHERE j.id = judged.id
  RETURNING j.*, judged.next, judged.why
), archived AS (${archiveAttempt(`(SELECT * FROM lost, moment WHERE next = 'QUEUED') ended`, outcome, 'why')}
), counted AS (${countEnded('taken')}
), audited AS (${auditFrom('taken', action, actorAt)}
), warned AS (${noteFrom(`(SELECT * FROM taken WHERE next <> 'FAILED') warned`, 'WARN', told)}
), failed AS (${noteFrom(`(SELECT * FROM taken WHERE next = 'FAILED') failed`, 'ERROR', told)})`;
