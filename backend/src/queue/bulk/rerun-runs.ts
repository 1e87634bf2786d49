import { checkOne } from '@job-manager/client/check-call';
import { addEach, plainRun } from '@job-manager/client/plain-runs';
import type { Sql } from '../../store/sql.js';
import { QueueError } from '../errors.js';
import type { Registry } from '../registry.js';
import type { BulkActor } from './bulk.js';
import type { Step, StepOutcome } from './step.js';

interface Original {
  id: string;
  jobName: string;
  parameters: Record<string, unknown>;
}

/**
 * Queues ended runs again with their parameters, in the transaction of `sql`, and puts the new ones in the batch of the
 * operation. Runs whose job refuses the parameters are left out.
 */
export async function rerunRuns(sql: Sql, step: Step, registry: Registry): Promise<StepOutcome> {
  const { runIds, actor } = step;
  const { rows } = await sql.query<Original>(ORIGINALS, [runIds]);
  const problems: Record<string, number> = {};
  const skip = (reason: string, runs = 1) => {
    if (runs > 0) problems[reason] = (problems[reason] ?? 0) + runs;
  };
  skip('removed meanwhile', runIds.length - rows.length);
  const runs = [];
  for (const original of rows) {
    const run = await newRun(original, actor, registry);
    if (typeof run === 'string') skip(run);
    else runs.push(run);
  }
  if (runs.length === 0) return { done: 0, problems };
  const added = [];
  for (const answer of await addEach(sql, runs, { notifies: true })) {
    if (answer instanceof Error) skip('no code of the job');
    else added.push(answer.jobRunId);
  }
  if (added.length === 0) return { done: 0, problems };
  return { done: added.length, problems, batchId: await addToBatch(sql, step, added) };
}

const ORIGINALS = `SELECT id, "jobName", parameters FROM "JobRun" WHERE id = ANY($1::bigint[]) AND "finishedAt" IS NOT NULL ORDER BY id`;

/** The run to queue, or why it can't be. Where another process has the code of the job, the runner checks the parameters. */
async function newRun({ id, jobName, parameters }: Original, actor: BulkActor, registry: Registry) {
  const request = { jobName, parameters, rerunOfId: id, trigger: actor.trigger };
  try {
    const text = checkOne(request);
    if (registry.get(jobName) !== undefined) await registry.check(jobName, parameters);
    const run = plainRun(request, { parameters: text, actor, settings: registry.settings(jobName) });
    // One entry of the audit log speaks of all.
    return { ...run, kind: { ...run.kind, isAudited: false } };
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    return `${jobName} refuses the parameters`;
  }
}

/**
 * Adds runs to the batch of an operation, and makes it with the first. A batch whose runs have all ended meanwhile is open
 * again: its row is locked until this is committed, so an end that comes then finds the new runs.
 */
async function addToBatch(sql: Sql, { batchId, total, actor, jobName }: Step, runIds: string[]): Promise<string> {
  const name = `Re-run of ${total.toLocaleString('en')} ${total === 1 ? 'run' : 'runs'}${jobName ? ` of ${jobName}` : ''}`;
  const { rows } = await sql.query<{ id: string }>(batchId === null ? ADD_BATCH : GROW_BATCH, [
    runIds.length,
    ...(batchId === null ? [name, actor.email] : [batchId]),
  ]);
  const [batch] = rows;
  if (!batch) throw new Error('The batch of the operation is gone');
  await sql.query('UPDATE "JobRun" SET "batchId" = $1::bigint WHERE id = ANY($2::bigint[]) AND "finishedAt" IS NULL', [
    batch.id,
    runIds,
  ]);
  return batch.id;
}

const ADD_BATCH = `INSERT INTO "JobRunBatch" (name, total, "createdBy") VALUES (left($2::text, 200), $1::int, left($3::text, 254)) RETURNING id`;
const GROW_BATCH = `UPDATE "JobRunBatch" SET total = total + $1::int, "finishedAt" = NULL WHERE id = $2::bigint RETURNING id`;
