import type { Sql } from '../../store/sql.js';
import type { ClaimRequest } from './claim.js';
import { isStill } from './is-still.js';
import { type ClaimAnswer, type ClaimedRun, newClaimId, runsOf, STARTED, startDue } from './start-due.js';

/** In one statement; `claim` takes larger numbers of urgent runs. */
const MAX_URGENT = 20;

/**
 * Claims the run of this id if it is due and needs no decision: its channel has no settings, it has no key, waits for
 * no run and is no suspect. `claim` takes all others. For an idle runner that received the id in a notification; a full
 * claim costs several times as much.
 */
export async function claimById(
  sql: Sql,
  runId: string,
  { runnerId, jobNames }: Pick<ClaimRequest, 'runnerId' | 'jobNames'>,
): Promise<ClaimedRun[]> {
  const claimId = newClaimId();
  const values = [claimId, runnerId, jobNames, runId];
  const { rows } = await sql.query<ClaimAnswer>({ name: 'claim-by-id', text: BY_ID, values });
  return rows.flatMap((answer) => runsOf(answer, claimId));
}

/**
 * Claims due runs of these channels with a better priority than this one, where they need no other decision, as
 * `claimById` does. For a runner that has prefetched runs of short jobs, behind which they would otherwise wait. None
 * with a single attempt, because no other process knows when it begins.
 */
export async function claimUrgent(
  sql: Sql,
  { channels, priority }: { channels: string[]; priority: number },
  { runnerId, jobNames, refused = [] }: Pick<ClaimRequest, 'runnerId' | 'jobNames' | 'refused'>,
): Promise<ClaimedRun[]> {
  const claimId = newClaimId();
  const values = [claimId, runnerId, jobNames, channels, priority, refused];
  const { rows } = await sql.query<ClaimAnswer>({ name: 'claim-urgent', text: URGENT, values });
  return rows.flatMap((answer) => runsOf(answer, claimId));
}

const claimWhere = (which: string, limit = ''): string => `
WITH due AS MATERIALIZED (
  SELECT j.id FROM "JobRun" j
  WHERE ${which} AND j."finishedAt" IS NULL AND j.status = 'QUEUED' AND NOT j."isBlocked" AND j."runAt" <= clock_timestamp()
    AND j."jobName" = ANY ($3::text[])
    AND j."uniqueKey" IS NULL AND NOT EXISTS (SELECT FROM "Channel" c WHERE c.name = j.channel)
    AND NOT EXISTS (SELECT FROM "SuspectRun" s WHERE s."runId" = j.id) AND ${isStill('QUEUED', 'j')}
  ${limit} FOR UPDATE OF j SKIP LOCKED
), ${startDue('$1::text', '$2::uuid')}
SELECT ${STARTED}`;

const BY_ID = claimWhere('j.id = $4::bigint');
const URGENT = claimWhere(
  'j.channel = ANY ($4::text[]) AND j.priority < $5::int AND j."maxAttempts" > 1 AND j.id <> ALL ($6::bigint[])',
  `LIMIT ${MAX_URGENT}`,
);
