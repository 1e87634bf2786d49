import { activeRun } from './by-id.js';
import type { RunSummaryRow } from './run-row.js';
import type { Sql } from './sql.js';
import { FEW, SHARED, SHARED_SOURCES, type WaitingFacts } from './waiting.js';

/** The facts that all runs of a job in a channel share. */
export type SharedFacts = Omit<WaitingFacts, 'isLater' | 'blockers' | 'blockerCount' | 'runsBefore' | 'isSuspect'>;

/** What a blocked run waits for: the first few runs, or the batch whose end calls it. */
export interface BlockedFacts {
  blockers: WaitingFacts['blockers'];
  blockerCount: number;
  waitsFor: 'SUCCEEDED' | 'FINISHED' | null;
  batch: { id: string; name: string } | null;
}

/** What keeps the queued runs of a list from starting, all of it as of one moment. */
export interface QueueFacts {
  serverTime: Date;
  /** By `queueKey`. */
  shared: ReadonlyMap<string, SharedFacts>;
  /** By the id of the run. */
  blocked: ReadonlyMap<string, BlockedFacts>;
}

type Queued = Pick<RunSummaryRow, 'id' | 'jobName' | 'channel' | 'status' | 'isBlocked'>;

/** What the queued runs of one job in one channel have in common. */
export const queueKey = ({ jobName, channel }: Pick<Queued, 'jobName' | 'channel'>): string => `${channel} ${jobName}`;

/** Reads what keeps the queued runs of a list, in one query whatever their number; without one where nothing is queued. */
export async function readQueueFacts(sql: Sql, rows: readonly Queued[]): Promise<QueueFacts> {
  const queued = rows.filter(({ status }) => status === 'QUEUED');
  if (queued.length === 0) return { serverTime: new Date(), shared: new Map(), blocked: new Map() };
  const kinds = [...new Map(queued.map((row) => [queueKey(row), row])).values()];
  const values = [
    kinds.map(({ jobName }) => jobName),
    kinds.map(({ channel }) => channel),
    queued.flatMap(({ id, isBlocked }) => (isBlocked ? [id] : [])),
  ];
  type Row = { serverTime: Date; shared: (SharedFacts & Queued)[]; blocked: (BlockedFacts & { id: string })[] };
  const { rows: found } = await sql.query<Row>({ name: 'queue-facts', text: QUEUE_FACTS, values });
  const [facts] = found;
  if (!facts) throw new Error('PostgreSQL returned no row for the facts of a queue');
  return {
    serverTime: facts.serverTime,
    shared: new Map(facts.shared.map((one) => [queueKey(one), one])),
    blocked: new Map(facts.blocked.map((one) => [one.id, one])),
  };
}

// Reads only as many of the runs that a run waits for as it takes to find the first few that have not ended.
const QUEUE_FACTS = `
SELECT moment.now AS "serverTime",
  (SELECT json_agg(one) FROM (
    SELECT r."jobName", r.channel, ${SHARED}
    FROM unnest($1::text[], $2::text[]) AS r("jobName", channel) ${SHARED_SOURCES}
  ) one) AS shared,
  (SELECT coalesce(json_agg(one), '[]') FROM (
    SELECT r.id::text, r."waitsFor", few.blockers, few."blockerCount",
      CASE WHEN r."dependsOn" IS NULL THEN (
        SELECT json_build_object('id', b.id::text, 'name', b.name) FROM "JobRunBatch" b WHERE b."callbackRunId" = r.id
      ) END AS batch
    FROM "JobRun" r CROSS JOIN LATERAL (
      SELECT coalesce(json_agg(p) FILTER (WHERE p.place <= ${FEW}), '[]') AS blockers, count(*)::int AS "blockerCount" FROM (
        SELECT row_number() OVER () AS place, first.* FROM (
          SELECT j.id::text AS "jobRunId", j."jobName" FROM unnest(r."dependsOn") AS wanted(id) CROSS JOIN ${activeRun('wanted.id')} LIMIT ${FEW + 1}
        ) first
      ) p
    ) few WHERE r.id = ANY($3::bigint[])
  ) one) AS blocked
FROM (SELECT clock_timestamp() AS now) moment`;
