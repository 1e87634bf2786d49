import { type QueueError, refusal } from './errors.js';
import { HOLDERS } from './key-holders.js';
import type { NewRun } from './new-run.js';
import { rowsOf, type Sql } from './sql.js';

/** Who has a key of a run. */
export interface KeyHolder {
  /** Place of the run among those that were looked for. */
  place: number;
  runId: string;
  key: 'idempotencyKey' | 'unique';
  /** The idempotency key was used for another request. */
  isReused: boolean;
}

/** Who has the keys of these runs; nothing for those whose keys are free. */
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
    const message = `is also that of run ${other.index}, which asks for something else`;
    throw refusal('DUPLICATE', `runs.${call.index}.idempotencyKey`, message);
  }
  const holders = await readKeyHolders(
    sql,
    keyed.map(({ run }) => run),
  );
  const reused = holders.find(({ isReused }) => isReused);
  if (reused) throw reusedKey(reused.runId, `runs.${keyed[reused.place]?.index}.`);
}

/** Of an idempotency key that is used for something else than before; `at` is put before the path. */
export function reusedKey(runId: string, at = ''): QueueError {
  const message = `was used for another request, which began run #${runId}; another request needs another key`;
  return refusal('DUPLICATE', `${at}idempotencyKey`, message);
}
