import type { Sql } from '../../store/sql.js';
import { type MaintenanceTask, TaskProblem } from './maintenance-loop.js';

/** Months that are made in advance: a server may be down for so long. */
const MONTHS_AHEAD = 2;

/** Makes the partitions of the coming months, and drops those that retention has emptied. */
export const keepMonths = (sql: Sql): MaintenanceTask => ({
  name: 'keep the months of ended runs',
  run: async () => {
    const { made, dropped, left } = await keep(sql);
    if (left > 0) throw new TaskProblem(`${left} ended runs lie among the active ones: no month has a place for them`);
    return `Made ${made} and dropped ${dropped} months`;
  },
});

/** `left` are the runs that have ended and are still in the partition of the active ones. */
async function keep(sql: Sql): Promise<{ made: number; dropped: number; left: number }> {
  const { rows } = await sql.query<{ made: number; dropped: number }>(KEEP, [MONTHS_AHEAD]);
  const [row] = rows;
  if (!row) throw new Error('PostgreSQL returned no row for a function');
  const { rows: found } = await sql.query<{ left: number }>(LEFT);
  return { ...row, left: found[0]?.left ?? 0 };
}

const KEEP = 'SELECT made, dropped FROM job_manager_keep_months($1)';

// A statement of its own: the other has moved what it found a month for.
const LEFT = `SELECT count(*)::int AS left FROM "JobRun_active" WHERE "finishedAt" IS NOT NULL`;
