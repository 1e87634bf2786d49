import { randomUUID } from 'node:crypto';
import type { RetryPolicy } from '@job-manager/shared/retry';
import { arrayLiteral } from '../../store/array-literal.js';
import { isPaused, lanesOf } from '../../store/lanes.js';
import { noteId, planName } from '../../store/plan-name.js';
import type { Sql } from '../../store/sql.js';

/** A run that this runner alone may execute: everything execution needs. */
export interface ClaimedRun {
  id: string;
  jobName: string;
  channel: string;
  priority: number;
  parameters: Record<string, unknown>;
  attempt: number;
  maxAttempts: number;
  claimNo: number;
  leaseToken: string;
  startedAt: Date;
  /** How long this execution may take; null for as long as it likes. */
  timeoutMs: number | null;
  /** Where it isn't as the job says. */
  retryPolicy: RetryPolicy | null;
  crashes: number;
  maxCrashes: number;
  /** The runs it waited for; null for none. */
  dependsOn: string[] | null;
  correlationId: string | null;
}

export interface ClaimRequest {
  runnerId: string;
  /** Jobs this runner has the code for; runs of others wait for a runner that does. */
  jobNames: string[];
  most: number;
  /** Runs that this runner has already, by channel. */
  held?: Record<string, number>;
  /** Runs that are passed by: they were refused here, and wait for another version of their job. */
  refused?: string[];
  /**
   * Free slots; all of `most` unless given. A run beyond them waits in the runner and no other process knows when it begins,
   * so none with a single attempt is claimed there, nor any that stands behind one.
   */
  free?: number;
  /** Suspects are left out, or nothing else is claimed: those that were lost so often, from and to. All unless given. */
  suspects?: 'none' | { from: number; to: number };
}

export interface Claim {
  runs: ClaimedRun[];
  /** After so long there will be something that may not start yet: its time comes, a rate limit gives way, a pause ends. Null for nothing. */
  lookAgainMs: number | null;
  /** Something may be due still: more than fit in, of another channel, or of one that is full. */
  mayFindMore: boolean;
  /** There are due suspects. */
  hasSuspects: boolean;
}

/** What a statement answers: a row per claimed run, or one whose run is empty. */
type ClaimRow = Omit<ClaimedRun, 'startedAt'> & { startedAtMs: number } & ClaimNews;

interface ClaimNews {
  /** Channels with runs that could start here, and lanes with runs that were due, both before this claim. */
  channels: number;
  dueLanes: number;
  /** Runs that those channels had room for here, and whether a limit of one of them may have stopped it short of them. */
  sought: number;
  isLimited: boolean;
  lookAgainMs: number | null;
  hasSuspects: boolean;
}

/**
 * Takes up to `most` due runs: of each channel its fair part, and within a channel first in line first. Never more
 * than the limits of the channels allow. Safe from any number of runners at once.
 */
export async function claim(sql: Sql, request: ClaimRequest): Promise<Claim> {
  const rows = await claimOnce(sql, request);
  // Others were quicker in the channel that was chosen: the next may be full of runs, and a poll is long.
  const wasBeaten = rows[0]?.id === null && rows[0].channels > 1;
  return claimOf(wasBeaten ? await claimOnce(sql, request) : rows);
}

/** The runs of a claim. */
export const claimDueRuns = async (sql: Sql, request: ClaimRequest): Promise<ClaimedRun[]> =>
  (await claim(sql, request)).runs;

async function claimOnce(sql: Sql, request: ClaimRequest): Promise<ClaimRow[]> {
  const { most, runnerId, jobNames, held = {}, refused = [], free = most, suspects } = request;
  // From here, for a thousand random numbers take PostgreSQL longer.
  const tokens = arrayLiteral(Array.from({ length: most }, () => randomUUID()));
  const values = [most, runnerId, jobNames, JSON.stringify(held), tokens, refused, free];
  const { rows } =
    typeof suspects === 'object'
      ? await sql.query<ClaimRow>({
          name: planName('claim-suspects'),
          text: CLAIM_SUSPECTS,
          values: [...values, suspects.from, suspects.to],
        })
      : await sql.query<ClaimRow>({ name: planName('claim'), text: CLAIM, values: [...values, suspects !== 'none'] });
  const last = rows.at(-1)?.id;
  if (last) noteId(last);
  return rows;
}

function claimOf(rows: ClaimRow[]): Claim {
  const {
    channels = 0,
    dueLanes = 0,
    sought = 0,
    isLimited = false,
    lookAgainMs = null,
    hasSuspects = false,
  } = rows[0] ?? {};
  const runs = rows[0]?.id === null ? [] : rows.map(runOf);
  const isAll =
    runs.length === 0 ? dueLanes === 0 : channels === 1 && dueLanes === 1 && !isLimited && runs.length < sought;
  return { runs, lookAgainMs, mayFindMore: !isAll, hasSuspects };
}

/** Column by column: a thousand times a second, a spread would be half the price of the row. */
const runOf = (row: ClaimRow): ClaimedRun => ({
  id: row.id,
  jobName: row.jobName,
  channel: row.channel,
  priority: row.priority,
  parameters: row.parameters,
  attempt: row.attempt,
  maxAttempts: row.maxAttempts,
  claimNo: row.claimNo,
  leaseToken: row.leaseToken,
  startedAt: new Date(Math.round(row.startedAtMs)),
  timeoutMs: row.timeoutMs,
  retryPolicy: row.retryPolicy,
  crashes: row.crashes,
  maxCrashes: row.maxCrashes,
  dependsOn: row.dependsOn,
  correlationId: row.correlationId,
});

// What is asked, when, and the lot that is drawn. From here on nothing is a parameter: the plan is then the same whatever
// is asked, so PostgreSQL keeps it, instead of planning a statement of this size anew for every claim.
const askedFor = (more: string): string => `asked AS MATERIALIZED (
  SELECT clock_timestamp() AS at, random()::numeric AS lot, $1::int AS most, $2::uuid AS "runnerId", $3::text[] AS jobs, $4::jsonb AS held,
    $5::uuid[] AS tokens, $6::bigint[] AS refused, $7::int AS free, ${more}
)`;

/** Which runs a claim takes: where their lanes are found, and which of a lane are meant, as an SQL condition over JobRun `j`. */
interface Wanted {
  asked: string;
  lanes: string;
  which: string;
}

const ANY: Wanted = {
  asked: askedFor('$8::boolean AS "takesSuspects"'),
  lanes: lanesOf('lane', 'NOT "isBlocked"'),
  // Hashed once, and hardly ever with anything in it.
  which: `((SELECT "takesSuspects" FROM asked) OR j.id NOT IN (SELECT "runId" FROM "SuspectRun"))`,
};

// Found by their ids: they may stand anywhere among a million runs.
const isSuspect = `j.id = ANY ((SELECT suspects FROM asked)::bigint[])`;
const SUSPECTS: Wanted = {
  asked: askedFor(`ARRAY(SELECT "runId" FROM "SuspectRun" WHERE losses BETWEEN $8::int AND $9::int) AS suspects`),
  lanes: `lane AS (
  SELECT channel, priority, min("runAt") AS "runAt" FROM "JobRun" j
  WHERE ${isSuspect} AND status = 'QUEUED' AND NOT "isBlocked" GROUP BY 1, 2
)`,
  which: isSuspect,
};

// Channels with runs whose time has come, and how many each may start here. Those that are full are seen to be full
// without a lock, so runners that ask again and again never stand in line for them.
const OPEN = `open AS MATERIALIZED (
  SELECT l.channel, coalesce(c.weight, 1) AS weight, own.held, c.concurrency IS NOT NULL OR c."rateLimit" IS NOT NULL AS "isLimited",
    CASE WHEN c.concurrency IS NOT NULL OR c."rateLimit" IS NOT NULL THEN job_manager_channel_room(c, own.room) ELSE own.room END AS room
  FROM asked
  CROSS JOIN (SELECT DISTINCT channel FROM lane WHERE "runAt" <= (SELECT at FROM asked)) l
  LEFT JOIN "Channel" c ON c.name = l.channel
  CROSS JOIN LATERAL (SELECT coalesce((asked.held ->> l.channel)::int, 0) AS held) holds
  CROSS JOIN LATERAL (SELECT holds.held, least(asked.most, c."concurrencyPerRunner" - holds.held) AS room) own
  WHERE own.room > 0 AND NOT ${isPaused('c', 'asked.at')}
)`;

// The due runs of a lane that this runner has the code for, from the lane's first run on: what was claimed before
// it still lies about in the index for a while, and would be walked through once more.
const dueIn = (which: string, lane: string): string => `"JobRun" j
  WHERE j.status = 'QUEUED' AND NOT j."isBlocked" AND j.channel = ${lane}.channel AND j.priority = ${lane}.priority
    AND j."runAt" BETWEEN ${lane}."runAt" AND (SELECT at FROM asked) AND j."jobName" = ANY ((SELECT jobs FROM asked)::text[])
    AND j.id <> ALL ((SELECT refused FROM asked)::bigint[]) AND ${which}`;

// How many runs each of them could use slots for. A channel on its own gets all slots, so nothing is counted.
const workOf = (which: string) => `work AS MATERIALIZED (
  SELECT channel, weight, held, "isLimited", CASE WHEN (SELECT count(*) FROM open) = 1 THEN room ELSE (
    SELECT count(*)::int FROM (
      SELECT FROM lane CROSS JOIN LATERAL (SELECT FROM ${dueIn(which, 'lane')} LIMIT open.room) known
      WHERE lane.channel = open.channel LIMIT open.room
    ) due
  ) END AS runs
  FROM open WHERE room > 0
)`;

// Who gets how much. Think of each channel as a vessel as wide as its weight, filled as high as the runs that this
// runner holds of it, and as tall as its work reaches; the free slots are poured over all of them. They find their
// level: the one with the least for its weight is served first, none with work is left dry by a flooded neighbour, and
// what one has no use for goes to the others. Above each edge the level rises more slowly, or faster.
const LEVEL = `edge AS (
  SELECT held::float8 / weight AS height, weight FROM work UNION ALL SELECT (held + runs)::float8 / weight, -weight FROM work
), level AS (
  SELECT (most + below) / nullif(width, 0) AS height FROM asked CROSS JOIN (
    SELECT height, sum(weight) OVER rising AS width, sum(weight * height) OVER rising AS below
    FROM edge WINDOW rising AS (ORDER BY height)
  ) filled
  WHERE filled.height * width - below <= most ORDER BY filled.height DESC LIMIT 1
)`;

// Parts of slots are drawn by lot, with the odds that make them come true over time: of two channels at concurrency 1,
// one of weight 3 gets three starts of four. All channels share one lot, so the sum is what was asked for.
const QUOTA = `poured AS (
  SELECT channel, "isLimited",
    round(sum(greatest(0, least(runs, coalesce(level.height * weight - held, runs)))) OVER (ORDER BY channel)::numeric, 6) AS upto
  FROM work CROSS JOIN level
), quota AS MATERIALIZED (
  SELECT channel, "isLimited", (floor(upto + lot) - floor(lag(upto, 1, 0) OVER (ORDER BY channel) + lot))::int AS runs
  FROM poured CROSS JOIN asked
)`;

// Channels with limits are locked until this claim is committed, in order of name, so that two claims never wait for
// one another. Without the lock, runners that claim at once would each see the same room, and fill it twice.
const GRANTED = `granted AS MATERIALIZED (
  SELECT channel, CASE WHEN "isLimited" THEN job_manager_channel_slots(channel, runs) ELSE runs END AS runs
  FROM (SELECT * FROM quota WHERE runs > 0 ORDER BY channel) chosen
)`;

// Lane after lane, until the channel has its quota. SKIP LOCKED: runners pass by each other's candidates instead of
// queueing up behind them. MATERIALIZED: as a subquery of the update it would be evaluated anew for each row by a
// nested-loop plan, LIMIT and all, and take far more than asked. They begin in the order of `n`, as there are slots.
const dueOf = (which: string) => `due AS MATERIALIZED (
  SELECT id, n FROM (
    SELECT id, row_number() OVER line AS n, bool_or("maxAttempts" = 1) OVER line AS "isBehindSingle" FROM (
      SELECT taken.* FROM granted CROSS JOIN LATERAL (
        SELECT first.*
        FROM (SELECT * FROM lane WHERE lane.channel = granted.channel AND lane."runAt" <= (SELECT at FROM asked) ORDER BY priority) l
        CROSS JOIN LATERAL (
          SELECT j.id, j.priority, j."runAt", j."maxAttempts" FROM ${dueIn(which, 'l')}
          ORDER BY j."runAt", j.id LIMIT granted.runs FOR UPDATE OF j SKIP LOCKED
        ) first
        LIMIT granted.runs
      ) taken LIMIT (SELECT most FROM asked)
    ) found WINDOW line AS (ORDER BY priority, "runAt", id ROWS UNBOUNDED PRECEDING)
  ) lined WHERE n <= (SELECT free FROM asked) OR NOT "isBehindSingle"
)`;

// The time of the start is taken once all locks are there: a start that waited would otherwise count as an older one,
// and leave the window of a rate limit too early. What the attempt before left behind goes; it is kept with that attempt.
const CLAIMED = `moment AS MATERIALIZED (SELECT clock_timestamp() AS at FROM (SELECT count(*) FROM due) locked
), claimed AS (
  UPDATE "JobRun" j
  SET status = 'RUNNING', attempt = j.attempt + 1, "claimNo" = j."claimNo" + 1, rev = j.rev + 1,
      "runnerId" = (SELECT "runnerId" FROM asked), "leaseToken" = (SELECT tokens FROM asked)[due.n], "startedAt" = moment.at, "lastHeartbeatAt" = moment.at,
      "queueDelayMs" = greatest(0, date_part('epoch', moment.at - greatest(j."queuedAt", j."runAt")) * 1000)::bigint,
      "progressPercent" = NULL, "progressMessage" = NULL, steps = NULL, error = NULL, "errorStack" = NULL,
      "childPid" = NULL, "cpuMs" = NULL, "peakMemoryBytes" = NULL, "maxLoopLagMs" = NULL
  FROM due, moment WHERE j.id = due.id
  RETURNING j.id, j."jobName", j.channel, j.parameters, j.attempt, j."maxAttempts", j."claimNo", j."leaseToken", j."startedAt", j."timeoutMs",
    j."retryPolicy", j.crashes, j."maxCrashes", j."dependsOn"::text[], j."correlationId", j.priority, j."runAt"
), started AS (
  INSERT INTO "ChannelStart" (channel, at, runs)
  SELECT c.name, job_manager_start_at(moment.at, c."ratePeriodMs"), count(*)
  FROM claimed JOIN "Channel" c ON c.name = claimed.channel AND c."rateLimit" IS NOT NULL CROSS JOIN moment GROUP BY 1, 2
  ON CONFLICT (channel, at) DO UPDATE SET runs = "ChannelStart".runs + EXCLUDED.runs
)`;

// When the time of the next run comes, and when a channel with due runs that may not start now will let them: nothing
// else would say so, and a rate limit of ten a second would come to ten a poll.
const LATER = `later AS (
  SELECT min(greatest(0, extract(epoch FROM freed.at - asked.at) * 1000))::float8 AS ms FROM asked CROSS JOIN (
    SELECT min("runAt") AS at FROM lane WHERE "runAt" > (SELECT at FROM asked)
    UNION ALL
    SELECT chance.at FROM asked CROSS JOIN "Channel" c CROSS JOIN LATERAL (
      SELECT c."resumeAt" AS at WHERE ${isPaused('c', 'asked.at')}
      UNION ALL
      SELECT min(s.at) + c."ratePeriodMs" * interval '1 ms' FROM "ChannelStart" s
      WHERE s.channel = c.name AND s.at > asked.at - c."ratePeriodMs" * interval '1 ms' HAVING sum(s.runs) >= c."rateLimit"
    ) chance
    WHERE c.name IN (SELECT channel FROM lane WHERE "runAt" <= (SELECT at FROM asked))
  ) freed
  -- Beside a time that isn't known, greatest() takes the other, which would be now.
  WHERE freed.at IS NOT NULL
)`;

const claimStatement = ({ asked, lanes, which }: Wanted): string => `
WITH RECURSIVE ${asked}, ${lanes}, ${OPEN}, ${workOf(which)}, ${LEVEL}, ${QUOTA}, ${GRANTED}, ${dueOf(which)}, ${CLAIMED}, ${LATER}
SELECT known.*, "dueLanes", later.ms AS "lookAgainMs", ${HAS_SUSPECTS} AS "hasSuspects",
  c.id, c."jobName", c.channel, c.priority, c.parameters, c.attempt, c."maxAttempts", c."claimNo",
  c."leaseToken", date_part('epoch', c."startedAt") * 1000 AS "startedAtMs", c."timeoutMs"::float8 AS "timeoutMs", c."retryPolicy", c.crashes, c."maxCrashes", c."dependsOn", c."correlationId"
FROM (
  SELECT count(*)::int AS channels, coalesce(sum(runs), 0)::int AS sought, coalesce(bool_or("isLimited"), false) AS "isLimited"
  FROM work WHERE runs > 0
) known
CROSS JOIN (SELECT count(*)::int AS "dueLanes" FROM lane WHERE "runAt" <= (SELECT at FROM asked)) due CROSS JOIN later LEFT JOIN claimed c ON true
ORDER BY c.priority, c."runAt", c.id`;

// With an empty table it looks at nothing.
const HAS_SUSPECTS = `EXISTS (
  SELECT FROM "SuspectRun" s JOIN "JobRun" j ON j.id = s."runId"
  WHERE j.status = 'QUEUED' AND NOT j."isBlocked" AND j."runAt" <= (SELECT at FROM asked) AND j."jobName" = ANY ((SELECT jobs FROM asked)::text[])
)`;

const CLAIM = claimStatement(ANY);
const CLAIM_SUSPECTS = claimStatement(SUSPECTS);
