import type { RunnerChange, RunnerCommandKind, RunnerCommandState } from '@job-manager/shared/runner';
import type { RunnerRow } from './health.js';
import { SUCCESSOR_WITHIN } from './runner-commands.js';
import type { Sql } from './sql.js';

/** A command as screens show it. */
export interface CommandRow {
  id: string;
  runnerId: string;
  runnerName: string | null;
  kind: RunnerCommandKind;
  payload: RunnerChange | null;
  groupId: string;
  createdAt: Date;
  createdBy: string | null;
  seenAt: Date | null;
  doneAt: Date | null;
  error: string | null;
  state: RunnerCommandState;
  /** Of its runner; null where that was removed. */
  runnerStatus: string | null;
  /** Of a restart that is done, the runner that came instead. */
  successorId: string | null;
}

/** A runner as its page shows it. */
export interface RunnerDetailRow extends RunnerRow {
  stoppedAt: Date | null;
  labels: Record<string, string>;
  canRestart: boolean;
  /** What starts its process, as far as it can know. */
  supervisor: string | null;
  channels: string[] | null;
  logLevel: string | null;
  /** Runs that it executes now, by channel. */
  runsByChannel: Record<string, number>;
  /** Round trips of the last heartbeats, the oldest first; null for one that is not known. */
  pulse: (number | null)[];
  cpuPercent: number | null;
  rssBytes: number | null;
  endedRuns: number | null;
  /** The newest one. */
  command: CommandRow | null;
}

export interface EventRow {
  id: string;
  at: Date;
  runnerId: string;
  runnerName: string;
  kind: string;
  severity: string;
  message: string;
  actor: string | null;
}

// Decided by the command and its runner; commands that wait for it follow.
const ownState = (c: string, r: string): string => `CASE
  WHEN ${c}."doneAt" IS NOT NULL THEN CASE WHEN ${c}.error IS NULL THEN 'done' ELSE 'failed' END
  WHEN ${c}."seenAt" IS NOT NULL THEN CASE
    WHEN ${c}.kind IN ('STOP', 'DRAIN') AND ${r}.status = 'STOPPED' THEN 'done'
    WHEN ${r}.status IN ('ACTIVE', 'DRAINING') THEN 'accepted'
    WHEN ${c}.kind = 'RESTART' AND greatest(${r}."stoppedAt", ${r}."lastHeartbeatAt") > clock_timestamp() - ${SUCCESSOR_WITHIN} THEN 'accepted'
    ELSE 'failed' END
  WHEN ${r}.status IS NULL OR ${r}.status IN ('STOPPED', 'LOST') OR ${c}."expiresAt" <= clock_timestamp() THEN 'notDelivered'
  WHEN ${c}."expiresAt" IS NULL THEN 'waiting'
  ELSE 'sent' END`;

const COMMAND = `
SELECT c.id::text, c."runnerId", own.host || ':' || own.pid AS "runnerName", c.kind::text, c.payload, c."groupId", c."createdAt", c."createdBy",
  c."seenAt", c."doneAt", c.error, own.status::text AS "runnerStatus", c.result ->> 'runnerId' AS "successorId",
  CASE WHEN c."expiresAt" IS NULL AND EXISTS (
    SELECT FROM "RunnerCommand" p LEFT JOIN "Runner" pr ON pr.id = p."runnerId"
    WHERE p."groupId" = c."groupId" AND p.id < c.id AND ${ownState('p', 'pr')} IN ('failed', 'notDelivered')
  ) THEN 'notDelivered' ELSE ${ownState('c', 'own')} END AS state
FROM "RunnerCommand" c LEFT JOIN "Runner" own ON own.id = c."runnerId"`;

const COMMAND_DATES = ['createdAt', 'seenAt', 'doneAt'] as const;

/** The active runners, and those lost or stopped in the last 24 hours; or one of any age. */
export async function listRunners(sql: Sql, runnerId?: string): Promise<RunnerDetailRow[]> {
  const { rows } = await sql.query<RunnerDetailRow>({
    name: 'list-runners',
    text: RUNNERS,
    values: [runnerId ?? null],
  });
  return rows.map((row) => ({ ...row, command: row.command && withDates(row.command) }));
}

/** As JSON, its times are texts. */
function withDates(command: CommandRow): CommandRow {
  const dates = COMMAND_DATES.map((name) => [name, command[name] && new Date(command[name])]);
  return { ...command, ...Object.fromEntries(dates) };
}

const HEARTBEATS_SHOWN = 12;

// Read from the runs: what a runner reports itself is as old as its last heartbeat.
const RUNNERS = `
SELECT r.id, r.kind, r.status, r.host, r.pid, r.version, r.concurrency, r."startedAt", r."stoppedAt", r."lastHeartbeatAt",
  greatest(r."lastClaimAt", held."claimedAt") AS "lastClaimAt", r."lastProgressAt", r."loopLagMs", r.labels, r."canRestart", r.supervisor, r.channels,
  r."logLevel", coalesce(held.runs, 0) AS "activeRuns", coalesce(held.channels, '{}') AS "runsByChannel",
  coalesce(beats.pulse, '{}') AS pulse, beats."cpuPercent", beats."rssBytes", beats."endedRuns", command.command
FROM "Runner" r LEFT JOIN (
  SELECT "runnerId", sum(runs)::int AS runs, max("claimedAt") AS "claimedAt", jsonb_object_agg(channel, runs) AS channels FROM (
    SELECT "runnerId", channel, count(*)::int AS runs, max("startedAt") AS "claimedAt" FROM "JobRun"
    WHERE status = 'RUNNING' AND "finishedAt" IS NULL GROUP BY 1, 2
  ) by_channel GROUP BY 1
) held ON held."runnerId" = r.id
LEFT JOIN LATERAL (
  SELECT array_agg("latencyMs" ORDER BY at) AS pulse, (array_agg("cpuPercent" ORDER BY at DESC))[1] AS "cpuPercent",
    (array_agg("rssBytes" ORDER BY at DESC))[1]::float8 AS "rssBytes", (array_agg("endedRuns" ORDER BY at DESC))[1]::float8 AS "endedRuns"
  FROM (SELECT * FROM "RunnerBeat" b WHERE b."runnerId" = r.id AND b.step = 'BEAT' ORDER BY at DESC LIMIT ${HEARTBEATS_SHOWN}) newest
) beats ON true
LEFT JOIN LATERAL (
  SELECT to_jsonb(newest) AS command FROM (${COMMAND} WHERE c."runnerId" = r.id ORDER BY c.id DESC LIMIT 1) newest
) command ON true
WHERE CASE WHEN $1::uuid IS NULL THEN r.status IN ('ACTIVE', 'DRAINING') OR r."lastHeartbeatAt" > clock_timestamp() - interval '24 hours'
  ELSE r.id = $1::uuid END
ORDER BY r.status, r."startedAt", r.id LIMIT 500`;

/** A runner that has ended, and what still stands in its name. */
export interface GoneRunnerRow {
  id: string;
  name: string;
  status: string;
  lastHeartbeatAt: Date;
  /** Runs that are RUNNING in its name. */
  runs: number;
}

/** How many runs are RUNNING in the name of a runner. */
export const runsHeldBy = (r: string): string =>
  `(SELECT count(*)::int FROM "JobRun" j WHERE j.status = 'RUNNING' AND j."finishedAt" IS NULL AND j."runnerId" = ${r}.id)`;

/** The runners that are lost or have stopped, the newest 500. */
export async function listGoneRunners(sql: Sql): Promise<GoneRunnerRow[]> {
  const { rows } = await sql.query<GoneRunnerRow>(
    `SELECT id, host || ':' || pid AS name, status::text, "lastHeartbeatAt", ${runsHeldBy('r')} AS runs FROM "Runner" r
     WHERE status IN ('STOPPED', 'LOST') ORDER BY "lastHeartbeatAt" DESC, id LIMIT 500`,
  );
  return rows;
}

/** The newest commands: of a runner, of those that were given together, or all. */
export async function listCommands(
  sql: Sql,
  { runnerId, groupId }: { runnerId?: string; groupId?: string },
): Promise<CommandRow[]> {
  const { rows } = await sql.query<CommandRow>(
    `SELECT * FROM (${COMMAND} WHERE ($1::uuid IS NULL OR c."runnerId" = $1) AND ($2::uuid IS NULL OR c."groupId" = $2)
       ORDER BY c.id DESC LIMIT 200) newest`,
    [runnerId ?? null, groupId ?? null],
  );
  return rows;
}

/** The newest events, before one that is known. */
export async function listEvents(
  sql: Sql,
  {
    runnerId,
    severity,
    before,
    afterId,
    since,
  }: { runnerId?: string; severity?: string[]; before?: string; afterId?: string; since?: string },
): Promise<EventRow[]> {
  const { rows } = await sql.query<EventRow>(
    `SELECT id::text, at, "runnerId", "runnerName", kind, severity, message, actor FROM "RunnerEvent" e
     WHERE ($1::uuid IS NULL OR "runnerId" = $1) AND ($2::text[] IS NULL OR severity = ANY ($2)) AND ($3::bigint IS NULL OR id < $3)
       AND ($4::bigint IS NULL OR id > $4) AND ($5::timestamptz IS NULL OR at >= $5)
     ORDER BY e.id DESC LIMIT 100`,
    [runnerId ?? null, severity ?? null, before ?? null, afterId ?? null, since ?? null],
  );
  return rows;
}

/** A heartbeat of a runner, or the mean of some. */
export interface BeatRow {
  at: Date;
  latencyMs: number | null;
  loopLagMs: number;
  activeRuns: number;
  slots: number;
  cpuPercent: number | null;
  rssBytes: number | null;
}

/** Heartbeats of a runner within the last hours, in steps of so many seconds. */
export async function listBeats(sql: Sql, runnerId: string, hours: number, stepS: number): Promise<BeatRow[]> {
  const { rows } = await sql.query<BeatRow>(
    `SELECT date_bin($3::int * interval '1 s', at, 'epoch') AS at, avg("latencyMs")::float8 AS "latencyMs", max("loopLagMs")::float8 AS "loopLagMs",
       avg("activeRuns")::float8 AS "activeRuns", max(slots)::int AS slots, avg("cpuPercent")::float8 AS "cpuPercent", max("rssBytes")::float8 AS "rssBytes"
     FROM "RunnerBeat" WHERE "runnerId" = $1 AND step = 'BEAT' AND at > clock_timestamp() - $2::int * interval '1 hour' GROUP BY 1 ORDER BY 1`,
    [runnerId, hours, stepS],
  );
  return rows;
}
