import type { Sql } from '../../store/sql.js';
import { isStill } from './is-still.js';

/** A run that a runner holds. */
export interface Lease {
  id: string;
  leaseToken: string;
}

export interface RunnerPulse {
  runnerId: string;
  leases: Lease[];
  loopLagMs: number;
  lastClaimAgoMs: number | null;
  lastProgressAgoMs: number | null;
  /** What is kept of the beat beside that; see `RunnerBeat`. */
  vitals?: Partial<RunnerVitals>;
}

/** Figures of a runner's process, as far as they are known. */
export interface RunnerVitals {
  /** Round trip of the beat before. */
  latencyMs: number;
  /** Executions that ended since the runner began. */
  endedRuns: number;
  /** Of one core. */
  cpuPercent: number;
  rssBytes: number;
}

export interface BeatAnswer {
  /** Tokens of the leases that still hold; one that was sent and is missing here was taken away. */
  held: Set<string>;
  /** Tokens of the runs that are requested to stop. */
  cancelRequested: string[];
}

/**
 * Writes the heartbeat of a runner and of all its runs, in one statement. Runs that were lost with it, because it was
 * disconnected or suspended, are no longer suspects: nothing crashed.
 */
export async function beat(sql: Sql, pulse: RunnerPulse): Promise<BeatAnswer> {
  const answer = await sql.query<{ token: string; cancelRequested: boolean }>({
    name: 'beat',
    text: BEAT,
    values: [
      pulse.leases.map((lease) => lease.id),
      pulse.leases.map((lease) => lease.leaseToken),
      pulse.runnerId,
      pulse.loopLagMs,
      pulse.lastClaimAgoMs,
      pulse.lastProgressAgoMs,
      ...vitalKeys.map((key) => pulse.vitals?.[key] ?? null),
    ],
  });
  return {
    held: new Set(answer.rows.map((row) => row.token)),
    cancelRequested: answer.rows.filter((row) => row.cancelRequested).map((row) => row.token),
  };
}

/** In the order of the statement's values. */
const vitalKeys = ['latencyMs', 'endedRuns', 'cpuPercent', 'rssBytes'] as const satisfies (keyof RunnerVitals)[];

// SKIP LOCKED: a row that another statement finishes or cancels now needs no heartbeat, and waiting for it while
// holding others could deadlock with a statement that finishes several. Sent by `heartbeat-thread.mjs`.
export const BEAT = `
WITH held AS MATERIALIZED (
  SELECT j.id, lease.token, j."cancelRequestedAt" IS NOT NULL AS "cancelRequested"
  FROM "JobRun" j JOIN unnest($1::bigint[], $2::uuid[]) AS lease(id, token) ON j.id = lease.id AND j."leaseToken" = lease.token
  WHERE j.status = 'RUNNING' AND j."finishedAt" IS NULL
), free AS MATERIALIZED (
  SELECT id FROM "JobRun" j
  WHERE id IN (SELECT id FROM held) AND status = 'RUNNING' AND "finishedAt" IS NULL AND ${isStill('RUNNING', 'j')} ORDER BY id FOR UPDATE SKIP LOCKED
), touched AS (
  UPDATE "JobRun" j SET "lastHeartbeatAt" = clock_timestamp(), rev = j.rev + 1
  FROM free, unnest($1::bigint[], $2::uuid[]) AS lease(id, token)
  WHERE j.id = free.id AND j.id = lease.id AND j."leaseToken" = lease.token AND j.status = 'RUNNING' AND j."finishedAt" IS NULL
), runner AS (
  UPDATE "Runner"
  SET "lastHeartbeatAt" = clock_timestamp(), "activeRuns" = cardinality($1::bigint[]), "loopLagMs" = $4::real,
      "lastClaimAt" = coalesce(clock_timestamp() - $5::float8 * interval '1 ms', "lastClaimAt"),
      "lastProgressAt" = coalesce(clock_timestamp() - $6::float8 * interval '1 ms', "lastProgressAt"),
      status = CASE status WHEN 'LOST' THEN 'ACTIVE' ELSE status END, "stoppedAt" = NULL
  WHERE id = $3
), kept AS (
  INSERT INTO "RunnerBeat" ("runnerId", at, "latencyMs", "loopLagMs", "activeRuns", slots, "endedRuns", "cpuPercent", "rssBytes")
  SELECT id, clock_timestamp(), $7::real, $4::real, cardinality($1::bigint[]), concurrency, $8::bigint, $9::real, $10::bigint
  FROM "Runner" WHERE id = $3 ON CONFLICT DO NOTHING
), cleared AS (
  DELETE FROM "SuspectRun" WHERE "runId" IN (SELECT "runId" FROM "SuspectRun" WHERE "runnerId" = $3 FOR UPDATE SKIP LOCKED)
)
SELECT token, "cancelRequested" FROM held`;
