import type { Sql } from '../../store/sql.js';
import type { ClaimedRun } from './claim.js';

/** Whether there are suspects of any job, due or not. */
export async function hasSuspects(sql: Sql): Promise<boolean> {
  const found = await sql.query('SELECT FROM "SuspectRun" LIMIT 1');
  return found.rows.length > 0;
}

/**
 * Notes that the execution of a suspect begins: apart from other runs, or even alone in its runner's process, of whose
 * crash it is then the cause. False when this runner no longer holds the run.
 */
export async function beginSuspect(sql: Sql, run: ClaimedRun, isAlone: boolean): Promise<boolean> {
  const begun = await sql.query(BEGIN, [run.id, run.leaseToken, isAlone]);
  return begun.rows.length > 0;
}

/** Clears a suspect whose execution has ended without a crash: a later attempt runs among others again. */
export async function clearSuspect(sql: Sql, { id, claimNo }: ClaimedRun): Promise<void> {
  await sql.query('DELETE FROM "SuspectRun" WHERE "runId" = $1 AND "claimNo" = $2', [id, claimNo]);
}

/** Forgets the suspects whose run has ended in another way. */
export async function forgetEndedSuspects(sql: Sql): Promise<void> {
  await sql.query(FORGET);
}

// The lock on the run keeps recovery away until it is noted.
const BEGIN = `
WITH held AS MATERIALIZED (
  SELECT id, "claimNo" FROM "JobRun" WHERE id = $1 AND "leaseToken" = $2 AND status = 'RUNNING' AND "finishedAt" IS NULL FOR SHARE
)
INSERT INTO "SuspectRun" AS s ("runId", "claimNo", "isAlone") SELECT id, "claimNo", $3 FROM held
ON CONFLICT ("runId") DO UPDATE SET "claimNo" = EXCLUDED."claimNo", "isAlone" = EXCLUDED."isAlone"
RETURNING "runId"`;

const FORGET = `
DELETE FROM "SuspectRun" s WHERE NOT EXISTS (
  SELECT FROM "JobRun" j WHERE j.id = s."runId" AND j."finishedAt" IS NULL
)`;
