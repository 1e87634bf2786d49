import type { JobRunStep } from '@job-manager/shared/contract/message';
import { detailColumns, type RowOf, type RunColumn, summaryColumns } from '@job-manager/shared/contract/run-columns';
import type { JobRunStatus } from '@job-manager/shared/run';
import { WAITING, type WaitingFacts } from './waiting.js';

/** A run of a list: its own columns, and the names of who and what it refers to. */
export interface RunSummaryRow extends RowOf<typeof summaryColumns> {
  triggeredById: number | null;
  triggeredByEmail: string | null;
  triggeredByToken: string | null;
  cancelRequestedById: number | null;
  cancelRequestedByEmail: string | null;
  /** `host:pid`; null for a runner whose row was removed. */
  runnerName: string | null;
}

/** An earlier execution of a run; times are ISO text, for it comes as JSON. */
export interface AttemptRow {
  claimNo: number;
  attempt: number;
  outcome: 'LOST' | 'RELEASED' | 'FAILED' | 'SNOOZED';
  runnerId: string | null;
  runnerName: string | null;
  startedAt: string;
  endedAt: string;
  durationMs: number;
  error: string | null;
  errorStack: string | null;
  childPid: number | null;
  cpuMs: number | null;
  peakMemoryBytes: number | null;
  maxLoopLagMs: number | null;
}

/** A run that waits for another, or is waited for; of one that was removed only the id is known. */
export interface RelatedRunRow {
  jobRunId: string;
  jobName: string | null;
  status: JobRunStatus | null;
}

/** A person, or the name of an API token; neither for a program with a connection to the database. */
export interface AuthorRow {
  userId: number | null;
  email: string | null;
  token: string | null;
}

export interface RunRow extends RunSummaryRow, RowOf<typeof detailColumns> {
  parameters: Record<string, unknown>;
  steps: JobRunStep[] | null;
  /** Those before the last, which is the run itself; oldest first. */
  earlierAttempts: AttemptRow[];
  childPid: number | null;
  cpuMs: number | null;
  peakMemoryBytes: number | null;
  maxLoopLagMs: number | null;
  waitsFor: 'SUCCEEDED' | 'FINISHED' | null;
  dependsOn: RelatedRunRow[];
  dependents: RelatedRunRow[];
  /** The batch it is part of, or that calls it back. */
  batch: { id: string; name: string; total: number; ended: number } | null;
  scheduleName: string | null;
  uniqueScope: 'QUEUED' | 'RUNNING' | 'PERIOD' | 'BEHIND' | null;
  uniqueUntil: Date | null;
  /** Who chose its parameters, where that isn't who triggered it. */
  author: AuthorRow | null;
  /** What may keep it from starting; null for a run that isn't queued. */
  waiting: WaitingFacts | null;
}

/** A run without what changes from one moment to the next: why it has not been started. */
export type QueuedRun = Omit<RunRow, 'waiting'>;

const nameOfRunner = (alias: string) => `${alias}.host || ':' || ${alias}.pid`;
const asNumber = (name: string) => `r."${name}"::float8 AS "${name}"`;
const read = (columns: Readonly<Record<string, RunColumn>>): string =>
  Object.entries(columns)
    .map(([name, { kind }]) => (kind === 'bigint' ? asNumber(name) : `r."${name}"`))
    .join(', ');

const SUMMARY = `${read(summaryColumns)}, r."triggeredById", t.email AS "triggeredByEmail", k.name AS "triggeredByToken",
  r."cancelRequestedById", c.email AS "cancelRequestedByEmail", ${nameOfRunner('u')} AS "runnerName"`;
const ATTEMPTS = `(SELECT coalesce(json_agg(json_build_object('claimNo', a."claimNo", 'attempt', a.attempt, 'outcome', a.outcome,
    'runnerId', a."runnerId", 'runnerName', ${nameOfRunner('b')}, 'startedAt', a."startedAt", 'endedAt', a."endedAt", 'durationMs', a."durationMs",
    'error', a.error, 'errorStack', a."errorStack", 'childPid', a."childPid", 'cpuMs', a."cpuMs",
    'peakMemoryBytes', a."peakMemoryBytes", 'maxLoopLagMs', a."maxLoopLagMs") ORDER BY a."claimNo"), '[]')
  FROM "JobRunAttempt" a LEFT JOIN "Runner" b ON b.id = a."runnerId" WHERE a."runId" = r.id)`;
// Ids are texts: JSON's numbers end before theirs do.
const DEPENDS_ON = `(SELECT coalesce(json_agg(json_build_object('jobRunId', wanted.id::text, 'jobName', p."jobName", 'status', p.status)
    ORDER BY wanted.id), '[]') FROM unnest(r."dependsOn") AS wanted(id) LEFT JOIN "JobRun" p ON p.id = wanted.id)`;
// OFFSET 0: for the order the planner would otherwise search these among all runs.
const DEPENDENTS = `CASE WHEN r."hasDependents" THEN (
    SELECT coalesce(json_agg(json_build_object('jobRunId', d.id::text, 'jobName', d."jobName", 'status', d.status) ORDER BY d.id), '[]')
    FROM (SELECT * FROM (SELECT * FROM "JobRun" WHERE "isBlocked" AND "finishedAt" IS NULL AND "dependsOn" @> ARRAY[r.id] OFFSET 0) w ORDER BY id LIMIT 100) d
  ) ELSE '[]' END`;
const BATCH = `(SELECT json_build_object('id', b.id::text, 'name', b.name, 'total', b.total,
    'ended', (SELECT count(*) FROM "JobRun" m WHERE m."batchId" = b.id AND m.status IN ('SUCCESS', 'FAILED', 'CANCELLED')))
  FROM "JobRunBatch" b WHERE b.id = r."batchId" OR (r."batchId" IS NULL AND b."callbackRunId" = r.id))`;
const AUTHOR = `(SELECT json_build_object('userId', p.id, 'email', p.email, 'token', q.name) FROM "JobRunAuthor" a
  LEFT JOIN "User" p ON p.id = a."userId" LEFT JOIN "ApiToken" q ON q.id = a."tokenId" WHERE a."runId" = r.id)`;
const WHOLE = `${SUMMARY}, ${read(detailColumns)}, r.parameters, r.steps, r."childPid", r."cpuMs", ${asNumber('peakMemoryBytes')},
  r."maxLoopLagMs", r."waitsFor", r."uniqueScope", r."uniqueUntil",
  ${ATTEMPTS} AS "earlierAttempts", ${DEPENDS_ON} AS "dependsOn", ${DEPENDENTS} AS dependents, ${BATCH} AS batch,
  (SELECT s.name FROM "Schedule" s WHERE s.id = r."scheduleId") AS "scheduleName", ${AUTHOR} AS author, ${WAITING} AS waiting`;
const NAMES = `LEFT JOIN "User" t ON t.id = r."triggeredById" LEFT JOIN "User" c ON c.id = r."cancelRequestedById"
  LEFT JOIN "ApiToken" k ON k.id = r."triggeredByTokenId" LEFT JOIN "Runner" u ON u.id = r."runnerId"`;

/** Reads RunSummaryRow columns from `source`, a table or a CTE with the columns of JobRun. */
export const selectSummary = (source: string): string => `SELECT ${SUMMARY} FROM ${source} r ${NAMES}`;

/** Reads RunRow columns from `source`, a table or a CTE with the columns of JobRun. */
export const selectRun = (source: string): string => `SELECT ${WHOLE} FROM ${source} r ${NAMES}`;

const namesOf = (kind: RunColumn['kind']): string[] =>
  Object.entries<RunColumn>({ ...summaryColumns, ...detailColumns })
    .filter(([, column]) => column.kind === kind)
    .map(([name]) => name);
const TIMES = [...namesOf('time'), 'uniqueUntil'];
const IDS = namesOf('id').map((name) => `'${name}', whole."${name}"::text`);

/** Reads one text, for a connection of a caller who reads all other types as they like; `runOfText` makes a RunRow of it. */
export const selectRunAsText = (source: string, condition: string): string =>
  `SELECT (to_jsonb(whole) || jsonb_build_object(${IDS.join(', ')}))::text AS text FROM (${selectRun(source)} WHERE ${condition}) whole`;

export function runOfText(text: string): RunRow {
  const run = JSON.parse(text);
  for (const name of TIMES) if (run[name] !== null) run[name] = new Date(run[name]);
  return run;
}
