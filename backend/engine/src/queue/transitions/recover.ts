import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import type { AuditAction } from '@job-manager/shared/audit';
import { limits } from '@job-manager/shared/limits';
import type { JobRunStatus } from '@job-manager/shared/run';
import { formatDurationSql } from '../../store/format-duration.js';
import { settingOfJob } from '../../store/job-settings.js';
import { type RunSummaryRow, selectSummary } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import { isStalled, stallLimit } from '../../store/stalled.js';
import { leaveRunning } from './leave-running.js';

/**
 * Why a run is stopped that crashed its process repeatedly, as an SQL expression over how often it did. Another attempt
 * would crash the next process, and the runs beside it, as well.
 */
export const poisonMessage = (times: string): string =>
  `'Stopped as poison: it took down its process ' || ${times} || CASE ${times} WHEN 1 THEN ' time' ELSE ' times' END`;

interface Reclaim {
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
  message: string;
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
 * The runs of JobRun `j` that meet a condition, with `trial`, `losses` and `onStalled` (a setting of the job by
 * operators), as a query. `trial` is how a suspect was being executed: not yet, alone in its runner's process, or apart
 * in another way; null for a run that is no suspect, of which it is unknown whether it had begun.
 */
const heldRuns = (which: string): string => `
  SELECT j.*, ${TRIAL} AS trial, coalesce((SELECT s.losses FROM "SuspectRun" s WHERE s."runId" = j.id), 0) AS losses,
    CASE WHEN "inactivityTimeoutMs" IS NULL THEN ${settingOfJob('onStalled')} END AS "onStalled"
  FROM "JobRun" j WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND ${which} ORDER BY id`;

// Runs are queued again at their former place in line. The token is cleared, so later writes of their runner change
// nothing. SKIP LOCKED: a run that another statement writes now is no longer stalled, or the next sweep recovers it.
/** Recovers or reclaims runs from their runners, as the CTEs of a statement that leave the runs in `changed`. */
export const reclaim = ({
  which,
  most,
  next,
  why,
  crashes,
  refunds,
  error,
  message,
  outcome,
  more = '',
  action,
  actorAt,
}: Reclaim): string => `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), held AS MATERIALIZED (${heldRuns(which)} LIMIT ${most} FOR UPDATE OF j SKIP LOCKED
), lost AS MATERIALIZED (
  SELECT id, attempt, "maxAttempts", "onStalled", "claimNo", "runnerId", "startedAt", "maxCrashes", "inactivityTimeoutMs", trial, losses,
    ${crashes} AS crashes, ${next} AS next, ${why} AS why, ${refunds} AS refunds
  FROM held
), judged AS MATERIALIZED (SELECT failed.*, ${message} AS explanation FROM (SELECT *, ${error} AS error FROM lost) failed
), ${more}${leaveRunning({
  from: 'judged',
  next: 'judged.next',
  refunds: `judged.next = 'QUEUED' AND judged.refunds`,
  set: {
    crashes: 'judged.crashes',
    error: `CASE WHEN judged.next = 'FAILED' THEN left(judged.error, ${limits.errorChars}) END`,
  },
  note: { level: `CASE judged.next WHEN 'FAILED' THEN 'ERROR' ELSE 'WARN' END`, text: 'judged.explanation' },
  archive: { outcome, error: 'why' },
  audit: auditFrom('changed', action, actorAt),
})}`;

/** At most so many in one statement, so that the loss of many runners never holds locks for long. */
export const MAX_RECOVERED = 500;

/**
 * A run that is lost so often, or as often as it has attempts, is failed, although its runners may have caused the
 * losses.
 */
const MAX_LOSSES = 20;

/**
 * Recovers runs without heartbeats for too long: cancelled where that was requested, queued again otherwise, without
 * using up an attempt, and from then on suspects, which run apart from other runs; or failed, where operators have set
 * that of the job. Only a suspect that ran alone in its runner counts as the cause of a crash: it is stopped as poison
 * at `maxCrashes`. A run with a single attempt is failed, for it may have begun. By the database's clock:
 * `stalledAfterMs` for those of our runners, their own limit for those of external programs, which are failed. With
 * `ids` only those among them. At most MAX_RECOVERED.
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

/**
 * Recovers runs of a runner whose process is known to have ended, likewise; at most MAX_RECOVERED. `runs` is how many
 * it held, for the message that each of them gets.
 */
export async function recoverRunsOf(sql: Sql, runnerId: string, actor: Actor, runs = 1): Promise<RunSummaryRow[]> {
  const recovered = await sql.query<RunSummaryRow>(OF_RUNNER, [runnerId, ...auditValues(actor), runs]);
  return recovered.rows;
}

/** How many RUNNING runs a runner holds. */
export async function countRunsOf(sql: Sql, runnerId: string): Promise<number> {
  const { rows } = await sql.query<{ runs: number }>(
    `SELECT count(*)::int AS runs FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL AND "runnerId" = $1`,
    [runnerId],
  );
  return rows[0]?.runs ?? 0;
}

export interface RecoverableRun extends RunSummaryRow {
  /** What recovery would make of it. */
  becomes: JobRunStatus;
  /** The reason as a text. */
  reason: string;
}

/** The runs that `recoverStalledRuns` would recover now, the first 1,000, and why. */
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

const isExternal = '"inactivityTimeoutMs" IS NOT NULL';
/** The run caused the crash of its runner: nothing else ran in that process. */
const isCauseOfCrash = `(trial IS NOT DISTINCT FROM 'ALONE')`;
const hasNotBegun = `(trial IS NOT DISTINCT FROM 'NOT_BEGUN')`;
const CRASHES = `crashes + ${isCauseOfCrash}::int`;
const isPoison = (crashes: string) => `${isCauseOfCrash} AND ${crashes} >= "maxCrashes"`;
const isLostTooOften = `losses + 1 >= greatest("maxAttempts", ${MAX_LOSSES})`;

const isFailedBySetting = `("onStalled" IS NOT DISTINCT FROM 'fail')`;
/** It may have begun, and must not begin twice. */
const isSingle = `("maxAttempts" = 1 AND "onStalled" IS DISTINCT FROM 'again')`;

// A run that was requested to stop is never queued again. One with a single attempt may have begun, unless it is a
// suspect that has not.
const NEXT = `CASE WHEN "cancelRequestedAt" IS NOT NULL THEN 'CANCELLED' WHEN ${hasNotBegun} THEN 'QUEUED'
  WHEN ${isPoison(CRASHES)} OR ${isExternal} OR ${isFailedBySetting} OR ${isSingle} OR ${isLostTooOften} THEN 'FAILED'
  WHEN ${isCauseOfCrash} AND attempt >= "maxAttempts" THEN 'FAILED' ELSE 'QUEUED' END`;

const SILENT = `CASE WHEN "inactivityTimeoutMs" IS NULL THEN 'The runner stopped responding: no heartbeat for '
  ELSE 'No progress, message or heartbeat for ' END || ${formatDurationSql(stallLimit('$1'))}`;

const QUEUED_AGAIN = `CASE WHEN ${hasNotBegun} THEN 'the job had not begun in it, and goes back to the queue'
  WHEN ${isCauseOfCrash} THEN 'nothing else ran in it; back to the queue for attempt ' || attempt + 1 || ' of ' || "maxAttempts"
  ELSE 'back to the queue without using up an attempt; from now on it runs apart from other runs' END`;

const TOO_OFTEN = `'it was lost with its runner ' || losses + 1 || ' times, for which the job need not be the cause; find out why runners are lost'`;

const AS_SET = `'stalled runs of this job fail, as operators have set'`;

/** What happened to the run and what follows, as an SQL expression over `lost`. */
const message = (
  crashes: string,
) => `CASE WHEN next = 'FAILED' AND ${isPoison(crashes)} THEN ${poisonMessage(crashes)} || '. ' || why
  ELSE why || '; ' || CASE next WHEN 'QUEUED' THEN ${QUEUED_AGAIN} WHEN 'CANCELLED' THEN 'cancelled, as requested'
    ELSE 'failed: ' || CASE WHEN ${isFailedBySetting} THEN ${AS_SET} WHEN NOT ${isCauseOfCrash} AND "maxAttempts" > 1 THEN ${TOO_OFTEN}
      ELSE 'attempt ' || attempt || ' of ' || "maxAttempts" || ' was the last' END END END`;

const ERROR = `CASE WHEN ${isPoison('crashes')} THEN ${poisonMessage('crashes')} || '. ' || why
  WHEN ${isExternal} THEN why WHEN ${isFailedBySetting} THEN why || '; ' || ${AS_SET} WHEN NOT ${isCauseOfCrash} AND "maxAttempts" > 1 THEN why || '; ' || ${TOO_OFTEN}
  ELSE why || ' (attempt ' || attempt || ' of ' || "maxAttempts" || ')' END`;

const PREVIEW = `
WITH stalled AS MATERIALIZED (
  SELECT *, ${NEXT} AS next, ${SILENT} AS why FROM (${heldRuns(isStalled('$1'))} LIMIT 1000) held
), judged AS (SELECT *, ${message(CRASHES)} AS reason FROM stalled)
${selectSummary('judged').replace('SELECT', 'SELECT r.next AS becomes, r.reason,')} ORDER BY r.id`;

const countOf = (state: JobRunStatus, outcome: string) =>
  `nullif(count(*) FILTER (WHERE next = '${state}'), 0) || ' ${outcome}'`;
const OUTCOMES = [countOf('QUEUED', 'queued again'), countOf('FAILED', 'failed'), countOf('CANCELLED', 'cancelled')];

/** Events of each runner about its recovered runs. */
const EVENTS = `
  INSERT INTO "RunnerEvent" ("runnerId", "runnerName", kind, severity, message)
  SELECT runner.id, runner.host || ':' || runner.pid, 'recovered', 'warning',
    count(*) || CASE count(*) WHEN 1 THEN ' run' ELSE ' runs' END || ' recovered: ' || concat_ws(', ', ${OUTCOMES.join(', ')})
  FROM judged JOIN "Runner" runner ON runner.id = judged."runnerId" GROUP BY runner.id`;

const recover = (which: string, why: string) => `${reclaim({
  which,
  most: MAX_RECOVERED,
  next: NEXT,
  why,
  crashes: CRASHES,
  refunds: `NOT ${isCauseOfCrash}`,
  error: ERROR,
  message: `${message('crashes')} || coalesce(' (cleaned up by ' || $3::text || ')', '')`,
  outcome: `CASE WHEN ${hasNotBegun} THEN 'RELEASED' ELSE 'LOST' END`,
  more: `suspected AS (
  INSERT INTO "SuspectRun" AS s ("runId", "runnerId") SELECT id, "runnerId" FROM judged WHERE next = 'QUEUED'
  ON CONFLICT ("runId") DO UPDATE SET losses = s.losses + 1, "runnerId" = EXCLUDED."runnerId"
    WHERE EXISTS (SELECT FROM judged WHERE judged.id = s."runId" AND NOT ${hasNotBegun})
), reported AS (${EVENTS}
), `,
  action: 'run.recover',
  actorAt: 2,
})}
${selectSummary('changed')} ORDER BY r.id`;

const STALLED = recover(`${isStalled('$1')} AND ($7::bigint[] IS NULL OR id = ANY($7))`, SILENT);
const OF_RUNNER = recover(
  '"runnerId" = $1',
  `CASE WHEN $7::int > 1 THEN 'The runner was lost while it held ' || $7::int || ' runs' ELSE 'The runner was lost while the job was running' END`,
);
