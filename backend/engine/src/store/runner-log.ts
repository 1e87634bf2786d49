import type { Sql } from './sql.js';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A line of a runner's log as it is written. */
export interface NewLogLine {
  at: Date;
  level: LogLevel;
  message: string;
  /** JSON. */
  data: string | null;
}

export interface LogLineRow {
  id: string;
  at: Date;
  level: LogLevel;
  message: string;
  data: unknown;
}

/** Keeps lines of a runner's log. */
export async function addLogLines(sql: Sql, runnerId: string, lines: readonly NewLogLine[]): Promise<void> {
  await sql.query(
    `INSERT INTO "RunnerLogLine" ("runnerId", at, level, message, data)
     SELECT $1, * FROM unnest($2::timestamptz[], $3::text[], $4::text[], $5::jsonb[])`,
    [
      runnerId,
      lines.map(({ at }) => at),
      lines.map(({ level }) => level),
      lines.map(({ message }) => message),
      lines.map(({ data }) => data),
    ],
  );
}

/** The newest lines of a runner, at most `limit`, the oldest first; of this level and worse. */
export async function listLogLines(
  sql: Sql,
  runnerId: string,
  { level, limit }: { level: LogLevel; limit: number },
): Promise<LogLineRow[]> {
  const { rows } = await sql.query<LogLineRow>(
    `SELECT id::text, at, level, message, data FROM "RunnerLogLine" l WHERE "runnerId" = $1 AND level = ANY ($2) ORDER BY l.id DESC LIMIT $3`,
    [runnerId, logLevels.slice(logLevels.indexOf(level)), limit],
  );
  return rows.reverse();
}
