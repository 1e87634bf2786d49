import { WRONG_TOTALS } from './day-totals.js';
import type { Sql } from './sql.js';

/** A rule of the engine that must always hold and that a query can check. */
interface Rule {
  rule: string;
  /** Counts its violations among the rows of `checked`. */
  broken: string;
}

const where = (rule: string, condition: string): Rule => ({
  rule,
  broken: `SELECT count(*) FROM checked r WHERE ${condition}`,
});

const RULES: Rule[] = [
  where('terminal runs have an end', `(status IN ('SUCCESS', 'FAILED', 'CANCELLED')) <> ("finishedAt" IS NOT NULL)`),
  where('running runs have a lease', `status = 'RUNNING' AND "leaseToken" IS NULL`),
  where(
    'the columns of a run fit one another',
    `"maxAttempts" < 1 OR "progressPercent" NOT BETWEEN 0 AND 100 OR "parametersAre" <> 'object' OR "timeoutMs" <= 0 OR "inactivityTimeoutMs" <= 0
       OR "droppedMessages" NOT BETWEEN 0 AND "messageCount" OR ("uniqueKey" IS NULL) <> ("uniqueScope" IS NULL)
       OR ("uniqueUntil" IS NOT NULL AND "uniqueScope" <> 'PERIOD') OR ("scheduleId" IS NULL) <> ("dueAt" IS NULL)`,
  ),
  where('attempts never exceed claims', 'attempt > "claimNo"'),
  where('attempts never exceed their limit', 'attempt > "maxAttempts"'),
  where('crashes never exceed claims', 'crashes > "claimNo"'),
  where('no run is stopped as poison that crashed nothing', '"isPoison" AND crashes = 0'),
  where(
    'a suspect begins apart in a claim of its own',
    `EXISTS (SELECT 1 FROM "SuspectRun" s WHERE s."runId" = r.id AND s."claimNo" > r."claimNo")`,
  ),
  where('a cancelled request never runs again', `status = 'QUEUED' AND "cancelRequestedAt" IS NOT NULL`),
  where('running runs wait for no other', `status = 'RUNNING' AND "isBlocked"`),
  where(
    'every claim is the run itself or kept as an earlier attempt',
    `"claimNo" <> (SELECT count(*) FROM "JobRunAttempt" a WHERE a."runId" = r.id)
       + (CASE WHEN "startedAt" IS NOT NULL AND status <> 'QUEUED' THEN 1 ELSE 0 END)`,
  ),
  where(
    'attempts follow one another',
    `EXISTS (SELECT 1 FROM "JobRunAttempt" a JOIN "JobRunAttempt" b ON b."runId" = a."runId" AND b."claimNo" > a."claimNo"
       WHERE a."runId" = r.id AND a."endedAt" > b."startedAt")
     OR EXISTS (SELECT 1 FROM "JobRunAttempt" a WHERE a."runId" = r.id AND r.status <> 'QUEUED' AND a."endedAt" > r."startedAt")`,
  ),
  where(
    'kept and dropped messages make up the count',
    `"messageCount" <> "droppedMessages" + (SELECT count(*) FROM "JobRunMessage" m WHERE m."runId" = r.id)`,
  ),
  where(
    'no message is numbered beyond the count',
    `EXISTS (SELECT 1 FROM "JobRunMessage" m WHERE m."runId" = r.id AND m.seq NOT BETWEEN 1 AND r."messageCount")`,
  ),
  where(
    'warnings and errors are counted',
    `"droppedMessages" = 0 AND ("warningCount", "errorCount") <> (
       SELECT count(*) FILTER (WHERE level = 'WARN'), count(*) FILTER (WHERE level = 'ERROR')
       FROM "JobRunMessage" m WHERE m."runId" = r.id)`,
  ),
  where(
    'no run waits for runs that have all ended',
    `status = 'QUEUED' AND "isBlocked" AND "dependsOn" IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM "JobRun" p WHERE p.id = ANY(r."dependsOn") AND p.status IN ('QUEUED', 'RUNNING'))`,
  ),
  where(
    'no run has begun before those it waits for have ended',
    `status = 'RUNNING' AND EXISTS (SELECT 1 FROM "JobRun" p WHERE p.id = ANY(r."dependsOn") AND p.status IN ('QUEUED', 'RUNNING'))`,
  ),
  where(
    'no run waits for a success that cannot come, nor has begun without it',
    `"waitsFor" = 'SUCCEEDED' AND ("isBlocked" OR "claimNo" > 0)
       AND EXISTS (SELECT 1 FROM "JobRun" p WHERE p.id = ANY(r."dependsOn") AND p.status IN ('FAILED', 'CANCELLED'))`,
  ),
  where(
    'a run knows that others wait for it',
    `"isBlocked" AND EXISTS (SELECT 1 FROM "JobRun" p WHERE p.id = ANY(r."dependsOn") AND p."finishedAt" IS NULL AND NOT p."hasDependents")`,
  ),
  where(
    'no run waits for a batch that has ended',
    `"isBlocked" AND "dependsOn" IS NULL
       AND NOT EXISTS (SELECT 1 FROM "JobRunBatch" b WHERE b."callbackRunId" = r.id AND b."finishedAt" IS NULL)`,
  ),
  where(
    'a run has the keys that it keeps others away with',
    `(SELECT count(*) FROM "JobRunKey" k WHERE k."runId" = r.id) <>
       ("idempotencyKey" IS NOT NULL)::int + ("scheduleId" IS NOT NULL)::int
       + CASE "uniqueScope" WHEN 'QUEUED' THEN status = 'QUEUED' AND "claimNo" = 0 WHEN 'RUNNING' THEN status IN ('QUEUED', 'RUNNING')
         WHEN 'PERIOD' THEN "uniqueUntil" > clock_timestamp() OR EXISTS (SELECT FROM "JobRunKey" k WHERE k."runId" = r.id AND k.scope = 'PERIOD')
         ELSE false END::int`,
  ),
  {
    rule: 'a batch has ended when its runs have',
    broken: `SELECT count(*) FROM "JobRunBatch" b WHERE b.id IN (SELECT "batchId" FROM checked)
      AND (b."finishedAt" IS NULL) <> EXISTS (SELECT 1 FROM "JobRun" m WHERE m."batchId" = b.id AND m.status IN ('QUEUED', 'RUNNING'))`,
  },
  {
    rule: 'the last due time of a schedule has a run or a reason for none',
    broken: `SELECT count(*) FROM "Schedule" s LEFT JOIN "JobRun" l ON l.id = s."lastRunId"
      WHERE s."lastDueAt" IS NOT NULL AND (s."lastRunId" IS NULL OR l."dueAt" < s."lastDueAt") AND NOT EXISTS (
        SELECT 1 FROM "ScheduleSkip" k WHERE k."scheduleId" = s.id AND s."lastDueAt" BETWEEN k."firstDueAt" AND k."lastDueAt")`,
  },
];

/** Only where every run is checked: a part allows no conclusion about sums, nor about rows without a run. */
const RULES_OF_ALL: Rule[] = [
  {
    rule: 'no two runs have one id',
    broken: 'SELECT count(*) - count(DISTINCT id) FROM checked',
  },
  {
    rule: 'every message has its run',
    broken: `SELECT count(*) FROM "JobRunMessage" m WHERE NOT EXISTS (SELECT 1 FROM "JobRun" r WHERE r.id = m."runId")`,
  },
  {
    rule: 'every key has its run',
    broken: `SELECT count(*) FROM "JobRunKey" k WHERE NOT EXISTS (SELECT 1 FROM "JobRun" r WHERE r.id = k."runId")`,
  },
  {
    rule: 'every cause of a failure has its failed run',
    broken: `SELECT count(*) FROM "RunError" e WHERE NOT EXISTS (
      SELECT 1 FROM checked r WHERE r.id = e."runId" AND r.status = 'FAILED' AND r."jobName" = e."jobName" AND r."finishedAt" = e."finishedAt")
      OR NOT EXISTS (SELECT 1 FROM "RunErrorGroup" g WHERE g.fingerprint = e.fingerprint)`,
  },
  {
    rule: 'counters of causes equal their failures',
    broken: `SELECT count(*) FROM "RunErrorCount" c FULL JOIN (
        SELECT coalesce(fingerprint, '') AS fingerprint, hour, coalesce("jobName", '') AS "jobName", count(*) AS runs
        FROM (SELECT fingerprint, date_trunc('hour', "finishedAt", 'UTC') AS hour, "jobName" FROM "RunError") f
        GROUP BY GROUPING SETS ((fingerprint, hour, "jobName"), (hour))
      ) e USING (fingerprint, hour, "jobName") WHERE c.runs IS DISTINCT FROM e.runs`,
  },
  {
    rule: 'no due time has a run and a reason for none',
    broken: `SELECT count(*) FROM "ScheduleSkip" k JOIN checked r ON r."scheduleId" = k."scheduleId"
      WHERE r."dueAt" IN (k."firstDueAt", k."lastDueAt") AND r.trigger = 'CRON'`,
  },
  {
    rule: 'no due time is skipped twice',
    broken: `SELECT count(*) FROM (
      SELECT "firstDueAt", lag("lastDueAt") OVER (PARTITION BY "scheduleId" ORDER BY id) AS before FROM "ScheduleSkip"
    ) k WHERE k."firstDueAt" <= k.before`,
  },
  {
    rule: 'counters equal the rows',
    broken: `SELECT count(*) FROM "JobRunCount" c FULL JOIN (
        SELECT date_trunc('hour', "finishedAt", 'UTC') AS hour, "jobName", status, count(*) AS runs, coalesce(sum("durationMs"), 0) AS "totalDurationMs"
        FROM checked WHERE "finishedAt" IS NOT NULL GROUP BY 1, 2, 3
      ) r USING (hour, "jobName", status) WHERE (c.runs, c."totalDurationMs") IS DISTINCT FROM (r.runs, r."totalDurationMs")`,
  },
  {
    rule: 'counters of days equal those of their hours',
    broken: `SELECT count(*) FROM "JobRunDayCount" d FULL JOIN (
        SELECT date_trunc('day', hour, 'UTC') AS day, "jobName", status, sum(runs) AS runs FROM "JobRunCount" GROUP BY 1, 2, 3
      ) h USING (day, "jobName", status) WHERE d.runs IS DISTINCT FROM h.runs`,
  },
  {
    // Those of hours are kept for 400 days.
    rule: 'counters of removed runs by day equal those of their hours',
    broken: `SELECT count(*) FROM (SELECT * FROM "JobRunRemoved" WHERE step = 'DAY' AND at >= (SELECT clock_timestamp() - interval '397 days')) d FULL JOIN (
        SELECT date_trunc('day', at, 'UTC') AS at, "jobName", status, sum(runs) AS runs FROM "JobRunRemoved"
        WHERE step = 'HOUR' AND at >= date_trunc('day', (SELECT clock_timestamp() - interval '397 days'), 'UTC') GROUP BY 1, 2, 3
      ) h USING (at, "jobName", status) WHERE d.runs IS DISTINCT FROM h.runs`,
  },
  {
    rule: 'totals of days equal the counters',
    broken: `SELECT count(*) FROM (${WRONG_TOTALS}) wrong`,
  },
];

const COLUMNS = `id, "jobName", status, attempt, "maxAttempts", "claimNo", crashes, "leaseToken", "cancelRequestedAt", "startedAt",
  "finishedAt", "durationMs", "messageCount", "warningCount", "errorCount", "droppedMessages", "isBlocked", "dependsOn", "waitsFor", "batchId",
  "scheduleId", "dueAt", "idempotencyKey", "uniqueKey", "uniqueScope", "uniqueUntil", trigger, "progressPercent", "timeoutMs",
  "inactivityTimeoutMs", jsonb_typeof(parameters) AS "parametersAre", coalesce(error LIKE 'Stopped as poison%', false) AS "isPoison"`;

/** Rules that are broken, and by how many. */
export type Violations = Record<string, number>;

/** Checks every run, so its time grows with the number of runs: for tests, and for `pnpm jobs check`. */
export async function readViolations(sql: Sql): Promise<Violations> {
  const query = check([...RULES, ...RULES_OF_ALL], `SELECT ${COLUMNS} FROM "JobRun"`);
  return brokenOf((await sql.query<Found>(query)).rows);
}

export interface SelfCheck {
  violations: Violations;
  rules: number;
  runs: number;
}

/**
 * Checks the runs that may still break a rule: running ones, those next in line and those that ended last, `most` of
 * each, and no run with more messages than are quick to count. Costs the same however many runs there are.
 */
export async function checkRecentRuns(sql: Sql, most: number): Promise<SelfCheck> {
  const query = check(RULES, recentRuns('$1'));
  const found = (await sql.query<Found>(query, [most])).rows;
  return { violations: brokenOf(found), rules: RULES.length, runs: found[0]?.runs ?? 0 };
}

const recentRuns = (most: string): string => `
  SELECT * FROM (
    (SELECT ${COLUMNS} FROM "JobRun" WHERE status = 'RUNNING' AND "finishedAt" IS NULL ORDER BY channel, id LIMIT ${most})
    UNION ALL
    (SELECT ${COLUMNS} FROM "JobRun" WHERE status = 'QUEUED' AND "finishedAt" IS NULL ORDER BY "isBlocked", channel, priority, "runAt", id LIMIT ${most})
    UNION ALL
    (SELECT ${COLUMNS} FROM "JobRun" WHERE "finishedAt" IS NOT NULL ORDER BY "finishedAt" DESC, id DESC LIMIT ${most})
  ) recent WHERE "messageCount" <= 10000`;

interface Found {
  rule: string;
  count: number;
  runs: number;
}

// One statement, so that all rules see the same snapshot.
const check = (rules: Rule[], checked: string): string => `
WITH checked AS MATERIALIZED (${checked})
${rules.map(({ rule, broken }) => `SELECT '${rule}' AS rule, (${broken})::int AS count, (SELECT count(*) FROM checked)::int AS runs`).join('\nUNION ALL\n')}`;

const brokenOf = (found: Found[]): Violations =>
  Object.fromEntries(found.filter(({ count }) => count > 0).map(({ rule, count }) => [rule, count]));
