import type { JobRunStatus } from '@job-manager/shared/run';
import { durationWordsOf } from '../../store/duration-words.js';
import { type RunSummaryRow, selectSummary } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { isStalled, silenceLimit } from '../../store/stalled.js';
import type { Actor } from '../queue.js';
import { archiveAttempt } from './attempt.js';
import { auditFrom, auditValues } from './audit.js';
import { countEnded } from './count.js';
import { noteFrom } from './note.js';

/** At most so many in one statement, so that a mass death never holds locks for long. */
export const MOST_RECOVERED = 500;

/**
 * Takes back runs that were silent for too long, by the database's clock: `stalledAfterMs` for those of our runners,
 * their own limit for those of external programs. With `ids` only those among them. At most MOST_RECOVERED.
 */
export async function recoverStalledRuns(
  sql: Sql,
  stalledAfterMs: number,
  actor: Actor,
  ids: string[] | null = null,
): Promise<RunSummaryRow[]> {
  const recovered = await sql.query<RunSummaryRow>(STALLED, [stalledAfterMs, ...auditValues(actor), ids]);
  return recovered.rows;
}

/** Takes back runs of a runner that is known to be dead; at most MOST_RECOVERED. */
export async function recoverRunsOf(sql: Sql, runnerId: string, actor: Actor): Promise<RunSummaryRow[]> {
  const recovered = await sql.query<RunSummaryRow>(OF_RUNNER, [runnerId, ...auditValues(actor)]);
  return recovered.rows;
}

export interface RecoverableRun extends RunSummaryRow {
  /** What recovery would make of it. */
  becomes: JobRunStatus;
  /** Why, in words. */
  reason: string;
}

/** The runs that `recoverStalledRuns` would take back now, the first 1,000, and why. */
export async function previewStalledRuns(
  sql: Sql,
  stalledAfterMs: number,
): Promise<{ runs: RecoverableRun[]; serverTime: Date }> {
  const [found, clock] = await Promise.all([
    sql.query<RecoverableRun>(PREVIEW, [stalledAfterMs]),
    sql.query<{ now: Date }>('SELECT clock_timestamp() AS now'),
  ]);
  return { runs: found.rows, serverTime: clock.rows[0]?.now ?? new Date() };
}

const NEXT = `CASE WHEN "cancelRequestedAt" IS NOT NULL THEN 'CANCELLED' WHEN attempt < "maxAttempts" THEN 'QUEUED' ELSE 'FAILED' END`;

const SILENT = `CASE WHEN "inactivityTimeoutMs" IS NULL THEN 'The runner stopped responding: no heartbeat for '
  ELSE 'No progress, message or heartbeat for ' END || ${durationWordsOf(silenceLimit('$1'))}`;

/** What follows for the run, as an SQL expression over JobRun rows with their `next` state; `attempt` is the one that was lost. */
const CONSEQUENCE = `CASE next WHEN 'QUEUED' THEN 'back to the queue for attempt ' || attempt + 1 || ' of ' || "maxAttempts"
  WHEN 'CANCELLED' THEN 'cancelled, as was asked'
  ELSE 'failed: attempt ' || attempt || ' of ' || "maxAttempts" || ' was the last' END`;

/** The message that is left on the run; $3 is who asked, where somebody did. */
const TOLD = `why || '; ' || ${CONSEQUENCE} || coalesce(' (cleaned up by ' || $3::text || ')', '')`;

const PREVIEW = `
WITH stalled AS MATERIALIZED (
  SELECT *, ${NEXT} AS next, ${SILENT} AS why FROM "JobRun" WHERE status = 'RUNNING' AND ${isStalled('$1')} ORDER BY id LIMIT 1000
), judged AS (SELECT *, why || '; ' || ${CONSEQUENCE} AS reason FROM stalled)
${selectSummary('judged').replace('SELECT', 'SELECT r.next AS becomes, r.reason,')} ORDER BY r.id`;

// A run that was asked to stop is cancelled, never queued again; one with attempts left is queued again,
// keeping its place; the rest fail. The token is cleared, so whatever its runner still sends changes nothing.
const recover = (which: string, why: string) => `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), lost AS MATERIALIZED (
  SELECT id, attempt, "claimNo", "runnerId", "startedAt", ${NEXT} AS next, ${why} AS why
  FROM "JobRun" WHERE status = 'RUNNING' AND ${which}
  ORDER BY id LIMIT ${MOST_RECOVERED} FOR UPDATE SKIP LOCKED
), recovered AS (
  UPDATE "JobRun" j
  SET status = lost.next::"JobRunStatus", rev = j.rev + 1, "leaseToken" = NULL,
      error = CASE WHEN lost.next = 'FAILED' THEN lost.why
        || CASE WHEN j."inactivityTimeoutMs" IS NULL THEN ' (attempt ' || j.attempt || ' of ' || j."maxAttempts" || ')' ELSE '' END END,
      "finishedAt" = CASE WHEN lost.next <> 'QUEUED' THEN moment.at END,
      "durationMs" = CASE WHEN lost.next <> 'QUEUED' THEN greatest(0, extract(epoch FROM moment.at - j."startedAt") * 1000)::bigint END,
      "startedAt" = CASE WHEN lost.next <> 'QUEUED' THEN j."startedAt" END,
      "runnerId" = CASE WHEN lost.next <> 'QUEUED' THEN j."runnerId" END,
      "lastHeartbeatAt" = CASE WHEN lost.next <> 'QUEUED' THEN j."lastHeartbeatAt" END,
      "progressPercent" = CASE WHEN lost.next <> 'QUEUED' THEN j."progressPercent" END,
      "progressMessage" = CASE WHEN lost.next <> 'QUEUED' THEN j."progressMessage" END,
      steps = CASE WHEN lost.next <> 'QUEUED' THEN j.steps END,
      "messageCount" = j."messageCount" + 1,
      "warningCount" = j."warningCount" + (lost.next <> 'FAILED')::int, "errorCount" = j."errorCount" + (lost.next = 'FAILED')::int
  FROM lost, moment WHERE j.id = lost.id
  RETURNING j.*, lost.next, lost.why
), archived AS (${archiveAttempt(`(SELECT * FROM lost, moment WHERE next = 'QUEUED') ended`, 'LOST', 'why')}
), counted AS (${countEnded('recovered')}
), audited AS (${auditFrom('recovered', 'run.recover', 2)}
), warned AS (${noteFrom(`(SELECT * FROM recovered WHERE next <> 'FAILED') warned`, 'WARN', TOLD)}
), failed AS (${noteFrom(`(SELECT * FROM recovered WHERE next = 'FAILED') failed`, 'ERROR', TOLD)})
${selectSummary('recovered')}`;

const STALLED = recover(`${isStalled('$1')} AND ($7::bigint[] IS NULL OR id = ANY($7))`, SILENT);
const OF_RUNNER = recover('"runnerId" = $1', `'The runner died while the job was running'`);
