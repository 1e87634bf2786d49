import type { Sql } from './sql.js';

/** How many attempts failed in the last 24 hours without ending their run: another followed, or follows. */
export async function countRetries(sql: Sql): Promise<number> {
  const counted = await sql.query<{ retries: number }>(COUNT);
  return counted.rows[0]?.retries ?? 0;
}

const COUNT = `
SELECT count(*)::int AS retries FROM "JobRunAttempt" WHERE outcome = 'FAILED' AND "endedAt" > clock_timestamp() - interval '24 hours'`;
