import { checkOne } from '@job-manager/client/check-call';
import { enqueueRuns } from '@job-manager/client/enqueue';
import { addEach, plainRun } from '@job-manager/client/plain-runs';
import type { RunRequest } from '@job-manager/client/request';
import type { Sql } from '../../store/sql.js';
import { QueueError } from '../errors.js';
import type { Registry } from '../registry.js';
import type { BulkActor } from './bulk.js';
import type { Step, StepOutcome } from './outcome.js';

interface Original {
  id: string;
  jobName: string;
  parameters: Record<string, unknown>;
  dependsOn: string[];
  waitsFor: 'SUCCEEDED' | 'FINISHED' | null;
}

/** A run to queue. */
interface Rerun {
  original: Original;
  request: RunRequest;
  /** Of the request, as JSON. */
  parameters: string;
}

/**
 * Queues ended runs again with their parameters, in the transaction of `sql`, and puts the new ones in the batch of the
 * operation. Runs of one step that waited for each other wait for each other again. Runs whose job refuses the
 * parameters are left out, with those that would wait for them.
 */
export async function rerunRuns(sql: Sql, step: Step, registry: Registry): Promise<StepOutcome> {
  const { rows } = await sql.query<Original>(ORIGINALS, [step.runIds]);
  const problems: Record<string, number> = {};
  const skip = (reason: string, runs = 1) => {
    if (runs > 0) problems[reason] = (problems[reason] ?? 0) + runs;
  };
  skip('removed meanwhile', step.runIds.length - rows.length);
  const reruns = new Map<string, Rerun>();
  for (const original of rows) {
    const rerun = await rerunOf(original, step.actor, registry);
    if (typeof rerun === 'string') skip(rerun);
    else reruns.set(original.id, rerun);
  }
  skip('it waits for one that is left out', leaveOutDependents(rows, reruns));
  const { alone, linked } = apart([...reruns.values()]);
  const added = [...(await addAlone(sql, alone, step.actor, registry)), ...(await addLinked(sql, linked, registry))];
  skip('no code of the job', reruns.size - added.length);
  if (added.length === 0) return { done: 0, problems };
  return { done: added.length, problems, batchId: await addToBatch(sql, step, added) };
}

const ORIGINALS = `SELECT id, "jobName", parameters, coalesce("dependsOn", '{}') AS "dependsOn", "waitsFor" FROM "JobRun" WHERE id = ANY($1::bigint[]) AND "finishedAt" IS NOT NULL ORDER BY id`;

/** The run to queue, or why it can't be. Where another process has the code of the job, the runner checks the parameters. */
async function rerunOf(original: Original, actor: BulkActor, registry: Registry): Promise<Rerun | string> {
  const { id, jobName, parameters } = original;
  const request: RunRequest = { jobName, parameters, rerunOfId: id, trigger: actor.trigger };
  try {
    const text = checkOne(request);
    if (registry.get(jobName) !== undefined) await registry.check(jobName, parameters);
    return { original, request, parameters: text };
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    return `${jobName} refuses the parameters`;
  }
}

/** Removes the runs that would wait for one that was left out, directly or through others; returns how many. */
function leaveOutDependents(originals: Original[], reruns: Map<string, Rerun>): number {
  const before = reruns.size;
  const leftOut = new Set(originals.flatMap(({ id }) => (reruns.has(id) ? [] : [id])));
  // A run may have a lower id than one that it waits for.
  for (let isChanged = leftOut.size > 0; isChanged; ) {
    isChanged = false;
    for (const [id, { original }] of reruns) {
      if (!original.dependsOn.some((other) => leftOut.has(other))) continue;
      reruns.delete(id);
      leftOut.add(id);
      isChanged = true;
    }
  }
  return before - reruns.size;
}

/** Runs without a connection to another of the step, and those that wait for others of it or are waited for. */
function apart(reruns: Rerun[]): { alone: Rerun[]; linked: Rerun[] } {
  const ids = new Set(reruns.map(({ original }) => original.id));
  const isLinked = new Set<string>();
  for (const { original } of reruns) {
    const inStep = original.dependsOn.filter((id) => ids.has(id));
    for (const id of inStep) isLinked.add(id);
    if (inStep.length > 0) isLinked.add(original.id);
  }
  const part = (wanted: boolean) => reruns.filter(({ original }) => isLinked.has(original.id) === wanted);
  return { alone: part(false), linked: part(true) };
}

async function addAlone(sql: Sql, reruns: Rerun[], actor: BulkActor, registry: Registry): Promise<string[]> {
  if (reruns.length === 0) return [];
  const runs = reruns.map(({ request, parameters }) => {
    const run = plainRun(request, { parameters, actor, settings: registry.settings(request.jobName) });
    // One entry of the audit log is about all.
    return { ...run, kind: { ...run.kind, isAudited: false } };
  });
  const answers = await addEach(sql, runs, { notifies: true });
  return answers.flatMap((answer) => (answer instanceof Error ? [] : [answer.jobRunId]));
}

/** All of them or none: a chain with a gap would be another chain. */
async function addLinked(sql: Sql, reruns: Rerun[], registry: Registry): Promise<string[]> {
  if (reruns.length === 0) return [];
  const indexes = new Map(reruns.map(({ original }, index) => [original.id, index]));
  const requests = reruns.map(({ original, request }): RunRequest => {
    const after = original.dependsOn.flatMap((id) => {
      const index = indexes.get(id);
      return index === undefined ? [] : [{ index }];
    });
    if (after.length === 0) return request;
    return { ...request, after, when: original.waitsFor === 'FINISHED' ? 'finished' : 'succeeded' };
  });
  try {
    const { runs } = await enqueueRuns(sql, requests, { actor: null, notifies: true, settingsOf: registry.settings });
    return runs.map(({ jobRunId }) => jobRunId);
  } catch (error) {
    if (error instanceof QueueError) return [];
    throw error;
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
  if (!batch) throw new Error('The batch of the operation was removed');
  await sql.query(JOIN_BATCH, [batch.id, runIds, actor.userId, actor.tokenId]);
  return batch.id;
}

const ADD_BATCH = `INSERT INTO "JobRunBatch" (name, total, "createdBy") VALUES (left($2::text, 200), $1::int, left($3::text, 254)) RETURNING id`;
const GROW_BATCH = `UPDATE "JobRunBatch" SET total = total + $1::int, "finishedAt" = NULL WHERE id = $2::bigint RETURNING id`;
const JOIN_BATCH = `
UPDATE "JobRun" SET "batchId" = $1::bigint, "triggeredById" = $3::int, "triggeredByTokenId" = $4::uuid
WHERE id = ANY($2::bigint[]) AND "finishedAt" IS NULL`;
