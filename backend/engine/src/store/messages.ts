import type { JobRunStep } from '@job-manager/shared/contract/message';
import { limits } from '@job-manager/shared/limits';
import type { MessageLevel, MessageSource } from '@job-manager/shared/message';
import type { JobRunStatus } from '@job-manager/shared/run';
import type { Sql } from './sql.js';

export interface MessageRow {
  seq: number;
  at: Date;
  attempt: number;
  level: MessageLevel;
  source: MessageSource;
  message: string;
  data: unknown;
}

export interface MessageCounts {
  messageCount: number;
  droppedMessages: number;
}

/** Where a run's messages and steps stand. */
export interface MessageState extends MessageCounts {
  status: JobRunStatus;
  rev: number;
  /** Undefined where the row is the one already known. */
  steps: JobRunStep[] | null | undefined;
}

/**
 * The messages of a run after `afterSeq`, in order, at most `limit` and about 4 MB of them; of this level and worse, where one
 * is given. None only where none are left.
 */
export async function readMessages(
  sql: Sql,
  runId: string,
  { afterSeq, limit, level = 'INFO' }: { afterSeq: number; limit: number; level?: MessageLevel },
): Promise<MessageRow[]> {
  const read = await sql.query<MessageRow>({
    name: 'messages',
    text: PAGE,
    values: [runId, afterSeq, level, limit, limits.messagesPageBytes],
  });
  return read.rows;
}

// Both sizes are known without unpacking what is stored apart from its row.
const PAGE = `
SELECT seq, at, attempt, level, source, message, data FROM (
  SELECT page.*, sum(octet_length(message) + coalesce(pg_column_size(data), 0))
    OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM (
    SELECT seq, at, attempt, level, source, message, data FROM "JobRunMessage"
    WHERE "runId" = $1 AND seq > $2 AND level >= $3::"JobRunMessageLevel" ORDER BY seq LIMIT $4
  ) page
) sized
WHERE coalesce(before, 0) < $5 ORDER BY seq`;

/** The messages that the product wrote about a run, the oldest first, at most `limit`. */
export async function readSystemMessages(sql: Sql, runId: string, limit: number): Promise<MessageRow[]> {
  const read = await sql.query<MessageRow>(SYSTEM_PAGE, [runId, limit]);
  return read.rows;
}

const SYSTEM_PAGE = `
SELECT seq, at, attempt, level, source, message, data FROM "JobRunMessage"
WHERE "runId" = $1 AND source = 'SYSTEM' ORDER BY seq LIMIT $2`;

/** How many messages a run wrote, and how many of them were dropped; null when there is no such run. */
export async function readMessageCounts(sql: Sql, runId: string): Promise<MessageCounts | null> {
  const read = await sql.query<MessageCounts>(`SELECT "messageCount", "droppedMessages" FROM "JobRun" WHERE id = $1`, [
    runId,
  ]);
  return read.rows[0] ?? null;
}

/** Where a run's messages and steps stand, cheap to read repeatedly; null when there is no such run. */
export async function readMessageState(sql: Sql, runId: string, knownRev: number | null): Promise<MessageState | null> {
  type Row = Omit<MessageState, 'steps'> & { isKnown: boolean; steps: JobRunStep[] | null };
  const read = await sql.query<Row>({
    name: 'message-state',
    text: `SELECT "messageCount", "droppedMessages", status, rev, rev IS NOT DISTINCT FROM $2::int AS "isKnown",
        CASE WHEN rev IS DISTINCT FROM $2::int THEN steps END AS steps
      FROM "JobRun" WHERE id = $1`,
    values: [runId, knownRev],
  });
  const [row] = read.rows;
  if (!row) return null;
  const { isKnown, ...state } = row;
  return { ...state, steps: isKnown ? undefined : row.steps };
}
