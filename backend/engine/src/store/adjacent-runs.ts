import { type RunSummaryRow, selectSummary } from './run-row.js';
import type { Sql } from './sql.js';

/** What half and nearly all of so many runs did not exceed. */
export interface Usual {
  p50: number;
  p95: number;
  runs: number;
}

/** Finished runs of a job around one of its runs. */
export interface AdjacentRunRows {
  previous: RunSummaryRow | null;
  next: RunSummaryRow | null;
  lastSuccess: RunSummaryRow | null;
  lastFailure: RunSummaryRow | null;
  /** Duration of successful runs in milliseconds. */
  usual: Usual | null;
  /** What they used. */
  usualUse: { cpuMs: Usual | null; peakMemoryBytes: Usual | null };
}

type Place = 'previous' | 'next' | 'lastSuccess' | 'lastFailure';

/** Runs before this one that are read. */
const MAX_LOOKED_AT = 1_000;

/** Reads what ended before and after a run, in the history of its job; of one that has not ended nothing comes after it. */
export async function readAdjacentRuns(sql: Sql, runId: string): Promise<AdjacentRunRows> {
  type Row = RunSummaryRow & { places: Place[] | null } & Record<'duration' | 'cpu' | 'memory', Usual | null>;
  const { rows } = await sql.query<Row>(NEIGHBOURS, [runId]);
  const at = (place: Place) => rows.find(({ places }) => places?.includes(place)) ?? null;
  const [first] = rows;
  const { duration = null, cpu = null, memory = null } = first ?? {};
  return {
    ...{ previous: at('previous'), next: at('next') },
    ...{ lastSuccess: at('lastSuccess'), lastFailure: at('lastFailure'), usual: duration },
    usualUse: { cpuMs: cpu, peakMemoryBytes: memory },
  };
}

/** Of successful runs, as JSON; null where none has the figure. */
const usualOf = (column: string): string => `CASE WHEN count(${column}) > 0 THEN json_build_object(
    'p50', percentile_cont(0.5) WITHIN GROUP (ORDER BY ${column}::float8),
    'p95', percentile_cont(0.95) WITHIN GROUP (ORDER BY ${column}::float8), 'runs', count(${column})) END`;

const NEIGHBOURS = `
WITH this AS MATERIALIZED (SELECT id, "jobName", "finishedAt" FROM "JobRun" WHERE id = $1
), earlier AS MATERIALIZED (
  SELECT e.* FROM this CROSS JOIN LATERAL (
    SELECT id, status, "durationMs", "cpuMs", "peakMemoryBytes", "finishedAt" FROM "JobRun"
    WHERE "jobName" = this."jobName" AND "finishedAt" IS NOT NULL
      AND ("finishedAt", id) < (coalesce(this."finishedAt", 'infinity'), this.id)
    ORDER BY "finishedAt" DESC, id DESC LIMIT ${MAX_LOOKED_AT}
  ) e
), place AS MATERIALIZED (
  (SELECT 'previous' AS place, id FROM earlier ORDER BY "finishedAt" DESC, id DESC LIMIT 1)
  UNION ALL
  (SELECT 'lastSuccess', id FROM earlier WHERE status = 'SUCCESS' ORDER BY "finishedAt" DESC, id DESC LIMIT 1)
  UNION ALL
  (SELECT 'lastFailure', id FROM earlier WHERE status = 'FAILED' ORDER BY "finishedAt" DESC, id DESC LIMIT 1)
  UNION ALL
  (SELECT 'next', later.id FROM this CROSS JOIN LATERAL (
    SELECT id FROM "JobRun" WHERE "jobName" = this."jobName" AND ("finishedAt", id) > (this."finishedAt", this.id) AND "finishedAt" IS NOT NULL
    ORDER BY "finishedAt", id LIMIT 1
  ) later)
), usual AS (
  SELECT ${usualOf('"durationMs"')} AS duration, ${usualOf('"cpuMs"')} AS cpu, ${usualOf('"peakMemoryBytes"')} AS memory
  FROM earlier WHERE status = 'SUCCESS'
), shown AS (SELECT j.* FROM "JobRun" j WHERE j.id = ANY(ARRAY(SELECT id FROM place))
), run AS (${selectSummary('shown')})
SELECT run.*, usual.*, (SELECT array_agg(place.place) FROM place WHERE place.id = run.id) AS places FROM usual LEFT JOIN run ON true`;
