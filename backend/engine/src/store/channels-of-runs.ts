import type { Sql } from './sql.js';

/** The channels of runs by their ids; a run that is removed has none. */
export async function channelsOfRuns(sql: Sql, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql.query<{ id: string; channel: string }>(
    `SELECT id::text, channel FROM "JobRun" WHERE id = ANY($1::bigint[])`,
    [ids],
  );
  return new Map(rows.map(({ id, channel }) => [id, channel]));
}
