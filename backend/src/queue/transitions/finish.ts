import type { AttemptUsage } from '@job-manager/shared/contract/message';
import type { TerminalStatus } from '@job-manager/shared/run';
import { arrayLiteral } from '../../store/array-literal.js';
import { planName } from '../../store/plan-name.js';
import type { Sql } from '../../store/sql.js';
import type { Lease } from './beat.js';
import { countEnded } from './count.js';

/** How far an execution came; what is null is left as it was last written. */
export interface LastProgress {
  progressPercent: number | null;
  progressMessage: string | null;
  /** JSON text of the steps as they ended. */
  steps: string | null;
}

/** How an execution ended. */
export interface Outcome extends Lease, LastProgress {
  status: TerminalStatus;
  error: string | null;
  errorStack: string | null;
  /** JSON text, or null for a run that reported nothing. */
  metadata: string | null;
  metadataTruncated: boolean;
  /** What the attempt took, where it was measured. */
  usage?: AttemptUsage;
}

/**
 * Records the outcomes of several runs and returns the ids of those that now stand as told. A run whose
 * lease was taken away meanwhile is missing: its outcome is another writer's to tell. Sending the same
 * outcome again, after an answer was lost, is harmless and returns its id again.
 */
export async function finishRuns(sql: Sql, outcomes: Outcome[]): Promise<Set<string>> {
  const finished = await sql.query<{ id: string }>({
    name: planName('finish'),
    text: FINISH,
    values: columnsOf(outcomes),
  });
  const recorded = new Set(finished.rows.map((row) => row.id));
  const missing = outcomes.filter(({ id }) => !recorded.has(id));
  return missing.length === 0 ? recorded : new Set([...recorded, ...(await findToldBefore(sql, missing))]);
}

/** A column each. Most runs have nothing to say but that they are done: a column of nothing but nulls is sent empty. */
function columnsOf(outcomes: Outcome[]): string[] {
  const column = (read: (outcome: Outcome) => string | number | boolean | null | undefined) =>
    arrayLiteral(outcomes.map(read));
  return [
    column(({ id }) => id),
    column(({ leaseToken }) => leaseToken),
    column(({ status }) => status),
    column(({ error }) => error),
    column(({ errorStack }) => errorStack),
    column(({ metadata }) => metadata),
    column(({ metadataTruncated }) => metadataTruncated),
    column(({ progressPercent }) => progressPercent),
    column(({ progressMessage }) => progressMessage),
    column(({ steps }) => steps),
    ...usageKeys.map((key) => column(({ usage }) => usage?.[key])),
  ];
}

/**
 * Outcomes that had been recorded already: their answer was lost. Asked afterwards, for a statement doesn't see what
 * was committed while it waited: the lost one may have been under way still.
 */
async function findToldBefore(sql: Sql, leases: Lease[]): Promise<string[]> {
  const found = await sql.query<{ id: string }>(TOLD_BEFORE, [
    leases.map(({ id }) => id),
    leases.map(({ leaseToken }) => leaseToken),
  ]);
  return found.rows.map((row) => row.id);
}

/** In the order of the statements that record them. */
export const usageKeys = [
  'childPid',
  'cpuMs',
  'peakMemoryBytes',
  'maxLoopLagMs',
] as const satisfies (keyof AttemptUsage)[];

// The lease token stays on the row: a runner that never heard the answer finds its own token on a finished
// run, and knows. Recovery clears it, so an outcome told by the rescuer is never mistaken for one's own.
//
// The planner isn't told how many outcomes there are, nor which state is asked for. Told of a thousand it reads all of
// the table in the order of ids; told that RUNNING is asked for, while it believes that hardly anything is, it
// walks the index of what runs once for each outcome. Kept in the dark it looks up each run by its id.
const FINISH = `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), sent AS MATERIALIZED (
  SELECT $1::bigint[] AS id, $2::uuid[] AS token, $3::text[] AS status, $4::text[] AS error, $5::text[] AS stack, $6::text[] AS metadata,
    $7::boolean[] AS truncated, $8::real[] AS percent, $9::text[] AS message, $10::text[] AS steps, $11::int[] AS child, $12::int[] AS cpu,
    $13::bigint[] AS peak, $14::int[] AS lag
), outcome AS MATERIALIZED (
  SELECT o.*, 'RUNNING'::"JobRunStatus" AS before FROM sent s CROSS JOIN LATERAL unnest(s.id, s.token, s.status, s.error, s.stack, s.metadata,
    s.truncated, s.percent, s.message, s.steps, s.child, s.cpu, s.peak, s.lag)
    AS o(id, token, status, error, stack, metadata, truncated, percent, message, steps, child, cpu, peak, lag)
), finished AS (
  UPDATE "JobRun" j
  SET status = outcome.status::"JobRunStatus", error = outcome.error, "errorStack" = outcome.stack,
      metadata = outcome.metadata::jsonb, "metadataTruncated" = outcome.truncated,
      steps = coalesce(outcome.steps::jsonb, j.steps),
      "childPid" = outcome.child, "cpuMs" = outcome.cpu, "peakMemoryBytes" = outcome.peak, "maxLoopLagMs" = outcome.lag,
      "finishedAt" = moment.at, "lastHeartbeatAt" = moment.at,
      "durationMs" = greatest(0, date_part('epoch', moment.at - j."startedAt") * 1000)::bigint,
      "progressPercent" = CASE outcome.status WHEN 'SUCCESS' THEN 100 ELSE coalesce(outcome.percent, j."progressPercent") END,
      "progressMessage" = coalesce(outcome.message, j."progressMessage"), rev = j.rev + 1
  FROM outcome, moment
  WHERE j.id = outcome.id AND j."leaseToken" = outcome.token AND j.status = outcome.before
  RETURNING j.id, j."jobName", j.status, j."durationMs", j."finishedAt"
), counted AS (${countEnded('finished')})
SELECT id FROM finished`;

const TOLD_BEFORE = `
SELECT j.id FROM "JobRun" j JOIN unnest($1::bigint[], $2::uuid[]) AS lease(id, token) ON j.id = lease.id AND j."leaseToken" = lease.token
WHERE j.status IN ('SUCCESS', 'FAILED', 'CANCELLED')`;
