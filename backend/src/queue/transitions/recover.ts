import type { JobRunStatus } from '@job-manager/shared/run';
import { durationWordsOf } from '../../store/duration-words.js';
import { type RunSummaryRow, selectSummary } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { isStalled, silenceLimit } from '../../store/stalled.js';
import type { Actor } from '../queue.js';
import { auditValues } from './audit.js';
import { poisonWords } from './poison.js';
import { takeBack } from './take-back.js';

/** At most so many in one statement, so that a mass death never holds locks for long. */
export const MOST_RECOVERED = 500;

/**
 * Takes back runs that were silent for too long: cancelled where that was asked for, stopped where they take down one
 * process after the other, queued again while they have attempts left, failed otherwise. By the database's clock: `stalledAfterMs` for those of our runners,
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

// A run of an external program crashes no process of ours, and nobody else could repeat it.
const CRASHES = `crashes + ("inactivityTimeoutMs" IS NULL)::int`;

// One that was asked to stop is never queued again.
const NEXT = `CASE WHEN "cancelRequestedAt" IS NOT NULL THEN 'CANCELLED' WHEN ${CRASHES} >= "maxCrashes" THEN 'FAILED'
  WHEN attempt < "maxAttempts" THEN 'QUEUED' ELSE 'FAILED' END`;

const SILENT = `CASE WHEN "inactivityTimeoutMs" IS NULL THEN 'The runner stopped responding: no heartbeat for '
  ELSE 'No progress, message or heartbeat for ' END || ${durationWordsOf(silenceLimit('$1'))}`;

/**
 * What happened to the run and what follows, as an SQL expression over JobRun rows with their `next` state and `why`;
 * `attempt` is the one that was lost, and it is among the crashes.
 */
const told = (
  crashes: string,
): string => `CASE WHEN next = 'FAILED' AND ${crashes} >= "maxCrashes" THEN ${poisonWords(crashes)} || '. ' || why
  ELSE why || '; ' || CASE next WHEN 'QUEUED' THEN 'back to the queue for attempt ' || attempt + 1 || ' of ' || "maxAttempts"
    WHEN 'CANCELLED' THEN 'cancelled, as was asked'
    ELSE 'failed: attempt ' || attempt || ' of ' || "maxAttempts" || ' was the last' END END`;

const ERROR = `CASE WHEN crashes >= "maxCrashes" THEN ${poisonWords('crashes')} || '. ' || why
  WHEN "inactivityTimeoutMs" IS NULL THEN why || ' (attempt ' || attempt || ' of ' || "maxAttempts" || ')' ELSE why END`;

const PREVIEW = `
WITH stalled AS MATERIALIZED (
  SELECT *, ${NEXT} AS next, ${SILENT} AS why FROM "JobRun" WHERE status = 'RUNNING' AND ${isStalled('$1')} ORDER BY id LIMIT 1000
), judged AS (SELECT *, ${told(CRASHES)} AS reason FROM stalled)
${selectSummary('judged').replace('SELECT', 'SELECT r.next AS becomes, r.reason,')} ORDER BY r.id`;

const recover = (which: string, why: string) => `${takeBack({
  which,
  most: MOST_RECOVERED,
  next: NEXT,
  why,
  crashes: CRASHES,
  error: ERROR,
  told: `${told('crashes')} || coalesce(' (cleaned up by ' || $3::text || ')', '')`,
  outcome: 'LOST',
  action: 'run.recover',
  actorAt: 2,
})}
${selectSummary('taken')}`;

const STALLED = recover(`${isStalled('$1')} AND ($7::bigint[] IS NULL OR id = ANY($7))`, SILENT);
const OF_RUNNER = recover('"runnerId" = $1', `'The runner died while the job was running'`);
