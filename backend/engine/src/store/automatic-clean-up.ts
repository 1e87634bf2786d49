import { type TerminalStatus, terminalStatuses } from '@job-manager/shared/run';
import { type PrunableSpan, type Retention, readPrunable } from './maintenance.js';
import type { Sql } from './sql.js';

/** What the removal of old runs of one state did last, and will do next. */
export interface RetentionOutlook {
  status: TerminalStatus;
  keepDays: number | null;
  keepRuns: number | null;
  /** Past their time now, by whole hours of the counters; those that others still need are left then. */
  due: number;
  lastAt: Date | null;
  lastResult: string | null;
  nextAt: Date | null;
}

/** A running run that is failed by force unless it stops. */
export interface ForceFailOutlook {
  jobRunId: string;
  jobName: string;
  requestedAt: Date;
  forceFailAt: Date;
}

export const taskOfStatus = (status: TerminalStatus): string => `remove old ${status} runs`;

/** For each state of ended runs what is kept of it, and what its next removal will find. Reads counters alone. */
export async function readRetentionOutlook(
  sql: Sql,
  policy: Record<TerminalStatus, Retention>,
): Promise<RetentionOutlook[]> {
  const { rows: tasks } = await sql.query<
    { name: string } & Pick<RetentionOutlook, 'lastAt' | 'lastResult' | 'nextAt'>
  >(
    `SELECT name, "lastFinishedAt" AS "lastAt", "lastResult", "nextAt" FROM "MaintenanceTask" WHERE name = ANY($1::text[])`,
    [terminalStatuses.map(taskOfStatus)],
  );
  return Promise.all(
    terminalStatuses.map(async (status) => {
      const {
        lastAt = null,
        lastResult = null,
        nextAt = null,
      } = tasks.find(({ name }) => name === taskOfStatus(status)) ?? {};
      const { days: keepDays, runs: keepRuns } = policy[status];
      const due = await countPrunable(sql, status, await readPrunable(sql, status, policy[status]));
      return { status, keepDays, keepRuns, due, lastAt, lastResult, nextAt };
    }),
  );
}

async function countPrunable(sql: Sql, status: TerminalStatus, spans: PrunableSpan[]): Promise<number> {
  if (spans.length === 0) return 0;
  const until = spans.map(({ jobName, before }) => ({ jobName, until: before.finishedAt }));
  const { rows } = await sql.query<{ runs: number }>(COUNT, [status, JSON.stringify(until)]);
  return rows[0]?.runs ?? 0;
}

// A span without a job is of all of which operators have set no days.
const COUNT = `
WITH span AS MATERIALIZED (
  SELECT "jobName", max(until) AS until FROM jsonb_to_recordset($2::jsonb) AS given("jobName" text, until timestamptz) GROUP BY 1
), own AS MATERIALIZED (SELECT "jobName" FROM "JobSettings" WHERE "keepDays" IS NOT NULL)
SELECT coalesce(sum(c.runs), 0)::float8 AS runs FROM "JobRunCount" c LEFT JOIN span s ON s."jobName" = c."jobName"
WHERE c.status = $1::"JobRunStatus" AND c.hour + interval '1 hour' <= greatest(s.until,
  CASE WHEN c."jobName" NOT IN (SELECT "jobName" FROM own) THEN (SELECT until FROM span WHERE "jobName" IS NULL) END)`;

/** The running runs that ignore a cancel and will be failed by force, the first to be failed first. */
export async function readForceFailOutlook(sql: Sql, limit: number): Promise<ForceFailOutlook[]> {
  return (await sql.query<ForceFailOutlook>(FORCE_FAILS, [limit])).rows;
}

const FORCE_FAILS = `
SELECT r.id::text AS "jobRunId", r."jobName", r."cancelRequestedAt" AS "requestedAt",
  r."cancelRequestedAt" + least(s."autoForceFailAfterMs"::float8, forced.ms) * interval '1 ms' AS "forceFailAt"
FROM "JobRun" r LEFT JOIN "JobSettings" s ON s."jobName" = r."jobName" CROSS JOIN LATERAL (
  SELECT min((a.details->>'graceMs')::float8) AS ms FROM "AuditEvent" a WHERE a."runId" = r.id AND a.action = 'run.ask-force-fail'
) forced
WHERE r.status = 'RUNNING' AND r."finishedAt" IS NULL AND r."cancelRequestedAt" IS NOT NULL
  AND (s."autoForceFailAfterMs" IS NOT NULL OR forced.ms IS NOT NULL)
ORDER BY "forceFailAt", r.id LIMIT $1`;

/** Jobs whose ignored cancels end by force by themselves, and after how long. */
export async function readForceFailingJobs(sql: Sql): Promise<{ jobName: string; afterMs: number }[]> {
  const { rows } = await sql.query<{ jobName: string; afterMs: number }>(
    `SELECT "jobName", "autoForceFailAfterMs"::float8 AS "afterMs" FROM "JobSettings"
     WHERE "autoForceFailAfterMs" IS NOT NULL ORDER BY "jobName" COLLATE "C"`,
  );
  return rows;
}
