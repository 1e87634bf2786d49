import type { Sql } from '../sql.js';
import { type Span, stepAt } from './span.js';

interface SlotsQuery {
  span: Span;
  /** Counts only the runners with this label `region` that are still listed; null counts all. */
  region: string | null;
  now: Date;
}

/** Slots of the active runners, in the mean over each step; a step without a heartbeat is missing. */
export async function readSlots(sql: Sql, { span, region, now }: SlotsQuery): Promise<{ at: Date; slots: number }[]> {
  const isRecent = span.from.getTime() >= now.getTime() - KEPT_MS;
  const [step, every] = isRecent ? ['BEAT', '5 minutes'] : ['TEN_MINUTES', '10 minutes'];
  // A runner that follows another within one step counts once, because the step is divided.
  const { rows } = await sql.query<{ at: Date; slots: number }>(
    `SELECT ${stepAt('part')} AS at, avg(slots)::float8 AS slots FROM (
       SELECT part, sum(slots) AS slots FROM (
         SELECT date_bin(least($3::float8 * interval '1 ms', interval '${every}'), at, $1) AS part, "runnerId", max(slots) AS slots
         FROM "RunnerBeat" WHERE step = '${step}' AND at >= $1 AND at < $2
           AND ($4::text IS NULL OR "runnerId" IN (SELECT id FROM "Runner" WHERE labels ->> 'region' = $4)) GROUP BY 1, 2
       ) runners GROUP BY 1
     ) parts GROUP BY 1`,
    [span.from, span.to, span.stepMs, region],
  );
  return rows;
}

/** Every heartbeat is kept for 24 hours, with some room until maintenance comes. */
const KEPT_MS = 24 * 3_600_000;

interface RegionRow {
  region: string;
  runners: number;
  endedRuns: number;
}

/**
 * Regions from the labels of runners: how many are active there, and how many runs they executed in a day. Reads two
 * heartbeats of each.
 */
export async function readRegions(sql: Sql): Promise<RegionRow[]> {
  return (await sql.query<RegionRow>(REGIONS)).rows;
}

const REGIONS = `
SELECT r.labels ->> 'region' AS region, (count(*) FILTER (WHERE r.status IN ('ACTIVE', 'DRAINING')))::int AS runners,
  coalesce(sum(greatest(0, last.ended - CASE WHEN r."startedAt" > day.since THEN 0 ELSE first.ended END)), 0)::float8 AS "endedRuns"
FROM (SELECT clock_timestamp() - interval '24 hours' AS since) day
JOIN "Runner" r ON r.labels ? 'region' AND (r.status IN ('ACTIVE', 'DRAINING') OR r."lastHeartbeatAt" > day.since)
LEFT JOIN LATERAL (
  SELECT "endedRuns" AS ended FROM "RunnerBeat" b WHERE b."runnerId" = r.id AND b.step = 'BEAT' AND at >= day.since AND "endedRuns" IS NOT NULL ORDER BY at DESC LIMIT 1
) last ON true
LEFT JOIN LATERAL (
  SELECT "endedRuns" AS ended FROM "RunnerBeat" b WHERE b."runnerId" = r.id AND b.step = 'BEAT' AND at >= day.since AND "endedRuns" IS NOT NULL ORDER BY at LIMIT 1
) first ON true
GROUP BY 1 ORDER BY 1 LIMIT 20`;
