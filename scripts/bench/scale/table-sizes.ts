import type { BenchDatabase } from '../engine-bench.js';

/** What a table takes on the disk, in bytes, and how many rows of it are dead. */
export interface TableSize {
  table: number;
  indexes: number;
  dead: number;
}

export type TableSizes = Record<string, TableSize>;

/** Of the tables that every run goes through. */
export async function readSizes(pool: BenchDatabase['pool']): Promise<TableSizes> {
  const { rows } = await pool.query<TableSize & { name: string }>(SIZES);
  return Object.fromEntries(rows.map(({ name, ...size }) => [name, size]));
}

/** For people: `412 MB and 98 MB of indexes, 1,203 dead rows`. */
export function describeSize({ table, indexes, dead }: TableSize): string {
  const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MB`;
  return `${megabytes(table)} and ${megabytes(indexes)} of indexes, ${dead.toLocaleString('en')} dead rows`;
}

const SIZES = `
SELECT regexp_replace(relname, '^JobRun_.*', 'JobRun') AS name, sum(pg_table_size(relid))::float8 AS "table",
  sum(pg_indexes_size(relid))::float8 AS indexes, sum(n_dead_tup)::int AS dead
FROM pg_stat_user_tables WHERE relname ~ '^JobRun_' OR relname IN ('JobRunCount', 'JobRunDayCount', 'AuditEvent') GROUP BY 1 ORDER BY 1 DESC`;
