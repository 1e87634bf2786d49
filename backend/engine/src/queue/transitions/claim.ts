import { activeRun } from '../../store/by-id.js';
import { isPaused, lanesOf } from '../../store/lanes.js';
import type { Sql } from '../../store/sql.js';
import { isStill } from './is-still.js';
import { type ClaimAnswer, type ClaimedRun, newClaimId, runsOf, STARTED, startDue } from './start-due.js';

export type { ClaimedRun } from './start-due.js';

export interface ClaimRequest {
  runnerId: string;
  /** Jobs this runner has the code for; runs of others wait for a runner that does. */
  jobNames: string[];
  most: number;
  /** The only channels to claim from; all unless given. */
  channels?: string[];
  /** Runs that this runner has already, by channel. */
  held?: Record<string, number>;
  /** Runs that are skipped: they were refused here, and wait for another version of their job. */
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
  /**
   * When a run becomes claimable that is not yet: its time comes, a rate limit allows it, a pause ends. Null for none.
   */
  claimAgainMs: number | null;
  /** More runs may be due: they did not fit in, or are of another channel or a full one. */
  mayFindMore: boolean;
  /** There are due suspects. */
  hasSuspects: boolean;
}

interface ClaimNews {
  /** Channels with runs that could start here, and lanes with runs that were due, both before this claim. */
  channels: number;
  dueLanes: number;
  /** Runs that those channels had room for here, and whether a limit of one of them may have stopped it short of them. */
  sought: number;
  isLimited: boolean;
  claimAgainMs: number | null;
  hasSuspects: boolean;
}

/**
 * Claims up to `most` due runs: of each channel its fair part, and within a channel in order. Never more than the
 * limits of the channels allow. Safe from any number of runners at once.
 */
export async function claim(sql: Sql, request: ClaimRequest): Promise<Claim> {
  const first = await claimOnce(sql, request);
  // Other runners were first in the chosen channel: the next one may have many runs, and the next poll is far.
  const wasBeaten = first.runs.length === 0 && first.channels > 1;
  return claimOf(wasBeaten ? await claimOnce(sql, request) : first);
}

/** The runs of a claim. */
export const claimDueRuns = async (sql: Sql, request: ClaimRequest): Promise<ClaimedRun[]> =>
  (await claim(sql, request)).runs;

async function claimOnce(sql: Sql, request: ClaimRequest): Promise<ClaimNews & { runs: ClaimedRun[] }> {
  const { most, runnerId, jobNames, held = {}, refused = [], free = most, suspects, channels = null } = request;
  const claimId = newClaimId();
  const values = [most, runnerId, jobNames, JSON.stringify(held), claimId, refused, free];
  const { rows } =
    typeof suspects === 'object'
      ? await sql.query<ClaimAnswer & ClaimNews>({
          name: 'claim-suspects',
          text: CLAIM_SUSPECTS,
          values: [...values, suspects.from, suspects.to, channels],
        })
      : await sql.query<ClaimAnswer & ClaimNews>({
          name: 'claim',
          text: CLAIM,
          values: [...values, suspects !== 'none', channels],
        });
  const [answer] = rows;
  if (!answer) throw new Error('A claim was left without an answer');
  return { ...answer, runs: runsOf(answer, claimId) };
}

function claimOf({ runs, claimAgainMs, hasSuspects, ...known }: ClaimNews & { runs: ClaimedRun[] }): Claim {
  const { channels, dueLanes, sought, isLimited } = known;
  const isAll =
    runs.length === 0 ? dueLanes === 0 : channels === 1 && dueLanes === 1 && !isLimited && runs.length < sought;
  return { runs, claimAgainMs, mayFindMore: !isAll, hasSuspects };
}

// The request, its time and the random number of the draw. Nothing else reads a parameter: the plan is then the same
// for every request, so PostgreSQL keeps it, instead of planning a statement of this size for every claim.
const requestCte = (more: string): string => `request AS MATERIALIZED (
  SELECT clock_timestamp() AS at, random()::numeric AS draw, $1::int AS most, $2::uuid AS "runnerId", $3::text[] AS jobs, $4::jsonb AS held,
    $5::text AS "claimId", $6::bigint[] AS refused, $7::int AS free, ${more}
)`;

/** Which runs a claim takes: where their lanes are found, and which of a lane are meant, as an SQL condition over JobRun `j`. */
interface Wanted {
  request: string;
  lanes: string;
  which: string;
}

const ANY: Wanted = {
  request: requestCte('$8::boolean AS "takesSuspects", $9::text[] AS channels'),
  lanes: lanesOf('lane', 'NOT "isBlocked"'),
  // Hashed once; the table is nearly always empty.
  which: `((SELECT "takesSuspects" FROM request) OR j.id NOT IN (SELECT "runId" FROM "SuspectRun"))`,
};

// Found by their ids: they may be anywhere among a million runs.
const isSuspect = `j.id = ANY ((SELECT suspects FROM request)::bigint[])`;
const SUSPECTS: Wanted = {
  request: requestCte(
    `ARRAY(SELECT "runId" FROM "SuspectRun" WHERE losses BETWEEN $8::int AND $9::int) AS suspects, $10::text[] AS channels`,
  ),
  lanes: `lane AS (
  SELECT channel, priority, min("runAt") AS "runAt" FROM unnest((SELECT suspects FROM request)) suspect(id) CROSS JOIN ${activeRun('suspect.id')}
  WHERE j.status = 'QUEUED' AND NOT j."isBlocked" GROUP BY 1, 2
)`,
  which: isSuspect,
};

// Channels with due runs, and how many each may start here. A full channel is detected without a lock, so that runners
// which poll often never wait for its lock.
const OPEN = `open AS MATERIALIZED (
  SELECT l.channel, coalesce(c.weight, 1) AS weight, own.held, c.concurrency IS NOT NULL OR c."rateLimit" IS NOT NULL AS "isLimited",
    CASE WHEN c.concurrency IS NOT NULL OR c."rateLimit" IS NOT NULL THEN job_manager_channel_room(c, own.room) ELSE own.room END AS room
  FROM request
  CROSS JOIN (SELECT DISTINCT channel FROM lane WHERE "runAt" <= (SELECT at FROM request)) l
  LEFT JOIN "Channel" c ON c.name = l.channel
  CROSS JOIN LATERAL (SELECT coalesce((request.held ->> l.channel)::int, 0) AS held) holds
  CROSS JOIN LATERAL (SELECT holds.held, least(request.most, c."concurrencyPerRunner" - holds.held) AS room) own
  WHERE own.room > 0 AND NOT ${isPaused('c', 'request.at')} AND (request.channels IS NULL OR l.channel = ANY (request.channels))
)`;

// The due runs of a lane that this runner has the code for, from the lane's first run on: what was claimed before it
// stays in the index for a while, and would be read again. A run that others have claimed and ended since this
// statement began is skipped, too.
const dueIn = (which: string, lane: string): string => `"JobRun" j
  WHERE j.status = 'QUEUED' AND j."finishedAt" IS NULL AND NOT j."isBlocked" AND j.channel = ${lane}.channel AND j.priority = ${lane}.priority
    AND j."runAt" BETWEEN ${lane}."runAt" AND (SELECT at FROM request) AND j."jobName" = ANY ((SELECT jobs FROM request)::text[])
    AND j.id <> ALL ((SELECT refused FROM request)::bigint[]) AND ${which} AND ${isStill('QUEUED', 'j')}`;

// How many slots each channel could use. A single channel gets all slots, so nothing is counted.
const workOf = (which: string) => `work AS MATERIALIZED (
  SELECT channel, weight, held, "isLimited", CASE WHEN (SELECT count(*) FROM open) = 1 THEN room ELSE (
    SELECT count(*)::int FROM (
      SELECT FROM lane CROSS JOIN LATERAL (SELECT FROM ${dueIn(which, 'lane')} ORDER BY j."runAt", j.id LIMIT open.room) known
      WHERE lane.channel = open.channel LIMIT open.room
    ) due
  ) END AS runs
  FROM open WHERE room > 0
)`;

// How many slots each channel gets, by water-filling: a channel is a vessel as wide as its weight, filled to the number
// of runs that this runner holds of it, and as high as its due runs reach; the free slots are poured over all of them.
// The channel with the fewest held runs for its weight gets slots first, no channel with due runs is starved by
// another, and slots that one cannot use go to the others. The speed of the level changes at each edge.
const LEVEL = `edge AS (
  SELECT held::float8 / weight AS height, weight FROM work UNION ALL SELECT (held + runs)::float8 / weight, -weight FROM work
), level AS (
  SELECT (most + below) / nullif(width, 0) AS height FROM request CROSS JOIN (
    SELECT height, sum(weight) OVER rising AS width, sum(weight * height) OVER rising AS below
    FROM edge WINDOW rising AS (ORDER BY height)
  ) filled
  WHERE filled.height * width - below <= most ORDER BY filled.height DESC LIMIT 1
)`;

// Fractions of slots are decided by a random draw with matching probabilities: of two channels at concurrency 1, one of
// weight 3 gets three starts of four. All channels share one draw, so that the sum is the requested number.
const QUOTA = `poured AS (
  SELECT channel, "isLimited",
    round(sum(greatest(0, least(runs, coalesce(level.height * weight - held, runs)))) OVER (ORDER BY channel)::numeric, 6) AS upto
  FROM work CROSS JOIN level
), quota AS MATERIALIZED (
  SELECT channel, "isLimited", (floor(upto + draw) - floor(lag(upto, 1, 0) OVER (ORDER BY channel) + draw))::int AS runs
  FROM poured CROSS JOIN request
)`;

// Channels with limits are locked until this claim is committed, in order of name, so that two claims never wait for
// one another. Without the lock, runners that claim at once would each see the same room, and fill it twice.
const GRANTED = `granted AS MATERIALIZED (
  SELECT channel, CASE WHEN "isLimited" THEN job_manager_channel_slots(channel, runs) ELSE runs END AS runs
  FROM (SELECT * FROM quota WHERE runs > 0 ORDER BY channel) chosen
)`;

// Lane after lane, until the channel has its quota. SKIP LOCKED: runners skip each other's candidates instead of
// waiting for their locks. MATERIALIZED: as a subquery of the update a nested-loop plan would evaluate it with its
// LIMIT once for each row, and claim far too many. They begin in the order of `n`, as slots become free.
const dueOf = (which: string) => `due AS MATERIALIZED (
  SELECT id, n FROM (
    SELECT id, row_number() OVER line AS n, bool_or("maxAttempts" = 1) OVER line AS "isBehindSingle" FROM (
      SELECT taken.* FROM granted CROSS JOIN LATERAL (
        SELECT first.*
        FROM (SELECT * FROM lane WHERE lane.channel = granted.channel AND lane."runAt" <= (SELECT at FROM request) ORDER BY priority) l
        CROSS JOIN LATERAL (
          SELECT j.id, j.priority, j."runAt", j."maxAttempts" FROM ${dueIn(which, 'l')}
          ORDER BY j."runAt", j.id LIMIT granted.runs FOR UPDATE OF j SKIP LOCKED
        ) first
        LIMIT granted.runs
      ) taken LIMIT (SELECT most FROM request)
    ) found WINDOW line AS (ORDER BY priority, "runAt", id ROWS UNBOUNDED PRECEDING)
  ) lined WHERE n <= (SELECT free FROM request) OR NOT "isBehindSingle"
)`;

const COUNT_STARTS = `started AS (
  INSERT INTO "ChannelStart" (channel, at, runs)
  SELECT c.name, job_manager_start_at(moment.at, c."ratePeriodMs"), count(*)
  FROM claimed JOIN "Channel" c ON c.name = claimed.channel AND c."rateLimit" IS NOT NULL CROSS JOIN moment GROUP BY 1, 2
  ON CONFLICT (channel, at) DO UPDATE SET runs = "ChannelStart".runs + EXCLUDED.runs
)`;

// When the next run is due, and when a channel with due runs that may not start now allows them. Without it the runner
// would only poll, and a rate limit of ten a second would give ten per poll.
const LATER = `later AS (
  SELECT min(greatest(0, extract(epoch FROM freed.at - request.at) * 1000))::float8 AS ms FROM request CROSS JOIN (
    SELECT min("runAt") AS at FROM lane WHERE "runAt" > (SELECT at FROM request)
    UNION ALL
    SELECT chance.at FROM request CROSS JOIN "Channel" c CROSS JOIN LATERAL (
      SELECT c."resumeAt" AS at WHERE ${isPaused('c', 'request.at')}
      UNION ALL
      SELECT min(s.at) + c."ratePeriodMs" * interval '1 ms' FROM "ChannelStart" s
      WHERE s.channel = c.name AND s.at > request.at - c."ratePeriodMs" * interval '1 ms' HAVING sum(s.runs) >= c."rateLimit"
    ) chance
    WHERE c.name IN (SELECT channel FROM lane WHERE "runAt" <= (SELECT at FROM request))
  ) freed
  -- greatest() ignores a null, and would return the present time.
  WHERE freed.at IS NOT NULL
)`;

const claimStatement = ({ request, lanes, which }: Wanted): string => `
WITH RECURSIVE ${request}, ${lanes}, ${OPEN}, ${workOf(which)}, ${LEVEL}, ${QUOTA}, ${GRANTED}, ${dueOf(which)},
${startDue('(SELECT "claimId" FROM request)', '(SELECT "runnerId" FROM request)')}, ${COUNT_STARTS}, ${LATER}
SELECT known.*, "dueLanes", later.ms AS "claimAgainMs", ${HAS_SUSPECTS} AS "hasSuspects",
  ${STARTED}
FROM (
  SELECT count(*)::int AS channels, coalesce(sum(runs), 0)::int AS sought, coalesce(bool_or("isLimited"), false) AS "isLimited"
  FROM work WHERE runs > 0
) known
CROSS JOIN (SELECT count(*)::int AS "dueLanes" FROM lane WHERE "runAt" <= (SELECT at FROM request)) due CROSS JOIN later`;

// With an empty table it reads nothing.
const HAS_SUSPECTS = `EXISTS (
  SELECT FROM "SuspectRun" s CROSS JOIN ${activeRun('s."runId"')}
  WHERE j.status = 'QUEUED' AND NOT j."isBlocked" AND j."runAt" <= (SELECT at FROM request) AND j."jobName" = ANY ((SELECT jobs FROM request)::text[])
)`;

const CLAIM = claimStatement(ANY);
const CLAIM_SUSPECTS = claimStatement(SUSPECTS);
