import type { Sql } from '../../store/sql.js';
import type { ClaimRequest } from './claim.js';
import { isStill } from './is-still.js';
import { type ClaimAnswer, type ClaimedRun, newClaimId, runsOf, STARTED, startDue } from './start-due.js';

/**
 * Takes the run of this id if it is due and nothing is to be weighed: its channel has no settings, it has no key, waits
 * for no run and is no suspect. Everything else is left to `claim`. For an idle runner that a notification has named it
 * to; a full claim costs several times as much.
 */
export async function claimById(
  sql: Sql,
  runId: string,
  { runnerId, jobNames }: Pick<ClaimRequest, 'runnerId' | 'jobNames'>,
): Promise<ClaimedRun[]> {
  const claimId = newClaimId();
  const values = [runId, jobNames, claimId, runnerId];
  const { rows } = await sql.query<ClaimAnswer>({ name: 'claim-by-id', text: CLAIM_BY_ID, values });
  return rows.flatMap((answer) => runsOf(answer, claimId));
}

const CLAIM_BY_ID = `
WITH due AS MATERIALIZED (
  SELECT j.id FROM "JobRun" j
  WHERE j.id = $1::bigint AND j."finishedAt" IS NULL AND j.status = 'QUEUED' AND NOT j."isBlocked" AND j."runAt" <= clock_timestamp()
    AND j."jobName" = ANY ($2::text[])
    AND j."uniqueKey" IS NULL AND NOT EXISTS (SELECT FROM "Channel" c WHERE c.name = j.channel)
    AND NOT EXISTS (SELECT FROM "SuspectRun" s WHERE s."runId" = j.id) AND ${isStill('QUEUED', 'j')}
  FOR UPDATE OF j SKIP LOCKED
), ${startDue('$3::text', '$4::uuid')}
SELECT ${STARTED}`;
