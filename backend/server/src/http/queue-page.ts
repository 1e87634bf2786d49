import { QUEUE_PAGE, type QueuePlace, readQueuePart } from '@job-manager/engine/store/queue-page';
import type { RunSummaryRow } from '@job-manager/engine/store/run-row';
import type { Sql } from '@job-manager/engine/store/sql';
import type { queueStates } from '@job-manager/shared/contract/run-lists';
import * as z from 'zod';
import { HttpProblem } from './problem.js';

export interface QueueRequest {
  channel?: string;
  jobName?: string;
  state?: (typeof queueStates)[number];
  cursor?: string;
  /** Where no cursor is given. */
  skip: number;
}

/** A page of the queue: first the runs that wait for no other, then the blocked ones. Throws a 400 problem for a cursor that is none. */
export async function readQueuePage(sql: Sql, { cursor, skip, ...filters }: QueueRequest): Promise<QueuePage> {
  if (cursor !== undefined || skip === 0) return readFrom(sql, filters, { cursor, size: QUEUE_PAGE });
  const skipped = await readFrom(sql, filters, { size: skip });
  return skipped.cursor === null
    ? { runs: [], cursor: null }
    : readFrom(sql, filters, { cursor: skipped.cursor, size: QUEUE_PAGE });
}

interface QueuePage {
  runs: RunSummaryRow[];
  cursor: string | null;
}

async function readFrom(
  sql: Sql,
  { state, ...filters }: Omit<QueueRequest, 'cursor' | 'skip'>,
  { cursor, size }: { cursor?: string; size: number },
): Promise<QueuePage> {
  const after = cursor === undefined ? null : placeOf(cursor);
  const runs: RunSummaryRow[] = [];
  const isOnlyBlocked = state === 'blocked';
  if (!isOnlyBlocked && !after?.isBlocked) {
    const part = { isBlocked: false, after, limit: size };
    const ready = await readQueuePart(sql, { ...filters, state }, part);
    if (ready.end !== null) return { runs: ready.runs, cursor: cursorOf(ready.end) };
    runs.push(...ready.runs);
  }
  if (state !== undefined && !isOnlyBlocked) return { runs, cursor: null };
  const limit = size - runs.length;
  if (limit === 0) return { runs, cursor: cursorOf(FIRST_BLOCKED) };
  const part = { isBlocked: true, after: after?.isBlocked ? after : null, limit };
  const blocked = await readQueuePart(sql, filters, part);
  return { runs: [...runs, ...blocked.runs], cursor: blocked.end && cursorOf(blocked.end) };
}

const FIRST_BLOCKED: QueuePlace = { isBlocked: true, priority: -32_768, runAt: new Date(0), id: '0' };

const cursorText = z.tuple([
  z.boolean(),
  z.int().min(-32_768).max(32_767),
  z.iso.datetime(),
  z.string().regex(/^\d{1,18}$/),
]);

const cursorOf = ({ isBlocked, priority, runAt, id }: QueuePlace): string =>
  Buffer.from(JSON.stringify([isBlocked, priority, runAt.toISOString(), id])).toString('base64url');

function placeOf(cursor: string): QueuePlace {
  try {
    const [isBlocked, priority, runAt, id] = cursorText.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { isBlocked, priority, runAt: new Date(runAt), id };
  } catch {
    throw new HttpProblem('INVALID_INPUT', 'cursor is not one that this call has answered.', { field: 'cursor' });
  }
}
