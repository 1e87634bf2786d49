import { type QueueError, refusal } from './errors.js';
import { NEW_RUN_COLUMNS, type NewRun } from './new-run.js';
import { rowsOf, type Sql } from './sql.js';

/**
 * The runs that hold the keys of new ones: a row per new run whose key is held. $1 are the runs as JSON.
 */
export const HOLDERS = `
SELECT (r.ordinality - 1)::text AS index, holder.id::text AS "runId", holder.key,
  (holder.key = 'idempotencyKey' AND CASE
    -- Runs of older versions have kept no more than their job.
    WHEN holder."requestHash" IS NULL THEN holder."jobName" <> r."jobName"
    ELSE holder."requestHash" IS DISTINCT FROM r."requestHash"
  END)::text AS "isReused"
FROM ROWS FROM (json_to_recordset($1::text::json) AS (${NEW_RUN_COLUMNS})) WITH ORDINALITY AS r
CROSS JOIN LATERAL (
  SELECT 1 AS rank, h.id, 'idempotencyKey' AS key, h."jobName", h."requestHash" FROM "JobRunKey" k JOIN "JobRun" h ON h.id = k."runId"
  WHERE k.scope = 'IDEMPOTENCY' AND k."jobName" = '' AND k.key = r."idempotencyKey"
  UNION ALL
  SELECT 2, k."runId", 'unique', NULL, NULL FROM "JobRunKey" k
  WHERE k.scope = r."uniqueScope"::"JobRunKeyScope" AND k."jobName" = r."jobName" AND k.key = r."uniqueKey"
  UNION ALL
  SELECT 3, line.first, 'unique', NULL, NULL FROM job_manager_first_in_line(r."jobName", r."uniqueKey", r."uniqueScope", 'NONE') AS line(first)
  WHERE line.first IS NOT NULL
  ORDER BY rank, id LIMIT 1
) AS holder`;

/** The run that has the key of a new one. */
interface KeyHolder {
  /** Index of the new run in the request. */
  place: number;
  runId: string;
  key: 'idempotencyKey' | 'unique';
  /** The idempotency key was used for another request. */
  isReused: boolean;
}

/** The runs that have the keys of these new ones; nothing for those whose keys are free. */
export async function readKeyHolders(sql: Sql, runs: readonly NewRun[]): Promise<KeyHolder[]> {
  // The place as text: a program may read PostgreSQL's numbers as it likes.
  type Row = Pick<KeyHolder, 'runId' | 'key'> & { index: string; isReused: string };
  const rows = await rowsOf<Row>(sql, HOLDERS, [JSON.stringify(runs)]);
  return rows.map(({ index, runId, key, isReused }) => ({
    place: Number(index),
    runId,
    key,
    isReused: isReused === 'true',
  }));
}

/**
 * Before any of several runs is queued: throws QueueError where the idempotency key of one of them was used for another
 * request, or is twice in the call. `index` is the place of a run in the call.
 */
export async function refuseReusedKeys(sql: Sql, calls: readonly { index: number; run: NewRun }[]): Promise<void> {
  const keyed = calls.filter(({ run }) => typeof run.idempotencyKey === 'string');
  if (keyed.length === 0) return;
  const first = new Map<unknown, { index: number; run: NewRun }>();
  for (const call of keyed) {
    const other = first.get(call.run.idempotencyKey) ?? call;
    first.set(call.run.idempotencyKey, other);
    if (other.run.requestHash === call.run.requestHash) continue;
    const message = `is also that of run ${other.index}, which is another request`;
    throw refusal('DUPLICATE', `runs.${call.index}.idempotencyKey`, message);
  }
  const holders = await readKeyHolders(
    sql,
    keyed.map(({ run }) => run),
  );
  const reused = holders.find(({ isReused }) => isReused);
  if (reused) throw reusedKey(reused.runId, `runs.${keyed[reused.place]?.index}.`);
}

/** For an idempotency key that was used for another request before; `at` is put before the path. */
export function reusedKey(runId: string, at = ''): QueueError {
  const message = `was used for another request, which began run #${runId}; another request needs another key`;
  return refusal('DUPLICATE', `${at}idempotencyKey`, message);
}
