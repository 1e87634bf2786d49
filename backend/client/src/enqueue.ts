import type { Actor } from './actor.js';
import { auditValues } from './audit.js';
import { ENQUEUE } from './enqueue-statement.js';
import { QueueError, type QueueErrorCode, refusal, unknownJob } from './errors.js';
import { jsonText } from './json-value.js';
import { type NewRun, newRun } from './new-run.js';
import { addAll, isPlain, plainRun } from './plain-runs.js';
import { REPLACE } from './replace-statement.js';
import type { BatchCallback, JobSettings, RunRequest } from './request.js';
import { readKeyHolders, refuseReusedKeys, reusedKey } from './reused-keys.js';
import { rowsOf, type Sql } from './sql.js';

/** The result of a request. */
export interface Enqueued {
  jobRunId: string;
  /** False where the key of the request was taken, and this is the run that has it. */
  isNew: boolean;
}

export interface EnqueueOptions {
  /** The actor of the audit entry; without one nothing is audited. */
  actor: Actor | null;
  /** Whether the statement itself notifies runners: they receive the notification at the commit, or never. */
  notifies: boolean;
  /** Settings of jobs whose code is here; those of others come from the "Job" table. */
  settingsOf?: (jobName: string) => JobSettings | undefined;
  /** Puts all runs in a batch of this name. */
  batch?: NewBatch;
  /** The parameters of all runs as JSON, as their check has answered them. */
  parameters?: readonly string[];
}

export interface NewBatch {
  name: string;
  callback?: BatchCallback;
}

/** Together, as JSON: PostgreSQL's binary form may be six times as large, and ends at 256 MB. */
const MAX_PLAIN_CHARS = 16 * 1024 ** 2;

/** How often a key may be found taken and, at the next read, free again. */
const MAX_TRIES = 20;

/** A request whose run does not exist yet. */
interface Pending {
  index: number;
  run: NewRun;
}

/**
 * Queues runs, all of them or none; requests are checked before. A run whose key is taken is answered, replaced, waited
 * for or refused, as its request decides. Throws QueueError.
 */
export async function enqueueRuns(
  sql: Sql,
  requests: readonly RunRequest[],
  options: EnqueueOptions,
): Promise<{ runs: Enqueued[]; batchId: string | null }> {
  if (requests.length > 0 && options.batch === undefined && requests.every(isPlain)) {
    const parameters =
      options.parameters ?? requests.map((request) => jsonText(request.parameters ?? {}, 'parameters'));
    const chars = parameters.reduce((sum, { length }) => sum + length, 0);
    if (chars <= MAX_PLAIN_CHARS) return enqueuePlain(sql, requests, { ...options, parameters });
  }
  const runs: Enqueued[] = [];
  let pending = pendingOf(requests, options);
  if (pending.length > 1) await refuseReusedKeys(sql, pending);
  let batchId: string | null = null;
  for (let tries = 0; pending.length > 0; tries++) {
    if (tries === MAX_TRIES) throw new QueueError('BUSY', 'The key of the run is taken and free by turns; try again.');
    const added = await add(sql, pending, requests, options);
    batchId ??= added.batchId;
    for (const [place, { index }] of pending.entries()) {
      const jobRunId = added.ids[place];
      if (jobRunId) runs[index] = { jobRunId, isNew: true };
    }
    const left = pending.filter((_, place) => added.ids[place] === null);
    for (const [index, found] of await settle(sql, left, requests, options)) runs[index] = found;
    pending = left.filter(({ index }) => runs[index] === undefined).map((waiting) => again(waiting, runs));
  }
  return { runs: runs.slice(0, requests.length), batchId };
}

/** What became of a call's only run. */
export function only(runs: readonly Enqueued[]): Enqueued {
  const [added] = runs;
  if (!added) throw new Error('A run was neither queued nor refused');
  return added;
}

/** The same for a program, without an actor for the audit log; programs queue runs by the thousands, and each run shows its origin. */
export async function enqueueOfProgram(
  sql: Sql,
  requests: readonly RunRequest[],
  options: Pick<EnqueueOptions, 'notifies' | 'parameters'>,
): Promise<Enqueued[]> {
  return (await enqueueRuns(sql, requests, { ...options, actor: null })).runs;
}

async function enqueuePlain(
  sql: Sql,
  requests: readonly RunRequest[],
  { actor, notifies, settingsOf, parameters }: EnqueueOptions & { parameters: readonly string[] },
): Promise<{ runs: Enqueued[]; batchId: null }> {
  const runs = requests.map((request, index) => {
    const settings = settingsOf?.(request.jobName);
    return plainRun(request, { parameters: parameters[index] ?? '{}', actor, settings });
  });
  const added = await addAll(sql, runs, { notifies });
  return { runs: added.map(({ jobRunId }) => ({ jobRunId, isNew: true })), batchId: null };
}

function pendingOf(requests: readonly RunRequest[], { settingsOf, batch }: EnqueueOptions): Pending[] {
  const pending = requests.map((request, index) => ({ index, run: newRun(request, settingsOf?.(request.jobName)) }));
  if (requests.length > 1) {
    for (const { run } of pending) run.lineLock = 'NONE';
    passOnCorrelation(pending.map(({ run }) => run));
  }
  if (batch?.callback === undefined) return pending;
  const { jobName, parameters, when = 'finished' } = batch.callback;
  const correlationId = requests.find((request) => request.correlationId !== undefined)?.correlationId;
  const { trigger, traceparent } = requests[0] ?? {};
  const run = newRun({ jobName, parameters, correlationId, trigger, traceparent }, settingsOf?.(jobName));
  const callback = { ...run, waitsFor: when.toUpperCase(), isCallback: true };
  return [...pending, { index: requests.length, run: callback }];
}

/** Runs that wait for others of the call belong to what these belong to, unless they name something else. */
function passOnCorrelation(runs: readonly NewRun[]): void {
  const dependents = new Map<number, NewRun[]>();
  for (const run of runs) {
    for (const index of (run.afterIndexes ?? []) as (number | null)[]) {
      if (index !== null) dependents.set(index, [...(dependents.get(index) ?? []), run]);
    }
  }
  if (dependents.size === 0) return;
  const places = new Map(runs.map((run, place) => [run, place]));
  const ready = runs.filter(({ correlationId }) => correlationId !== undefined);
  for (const run of ready) {
    for (const dependent of dependents.get(places.get(run) ?? -1) ?? []) {
      if (dependent.correlationId !== undefined) continue;
      dependent.correlationId = run.correlationId;
      ready.push(dependent);
    }
  }
}

/** At the next try the other runs of the call exist: they are named by their ids instead of their places. */
function again({ index, run }: Pending, runs: readonly Enqueued[]): Pending {
  const indexes = (run.afterIndexes ?? []) as (number | null)[];
  const after = ((run.after ?? []) as (string | null)[]).map(
    (id, place) => id ?? runs[Number(indexes[place])]?.jobRunId,
  );
  return { index, run: { ...run, after, afterIndexes: [] } };
}

interface AddedRow {
  index: string;
  runId: string | null;
  code: QueueErrorCode | null;
  otherId: string | null;
  status: string | null;
  batchId: string | null;
}

/** Ids of the runs that were added, in their order; null where a key was taken. */
async function add(
  sql: Sql,
  pending: readonly Pending[],
  requests: readonly RunRequest[],
  { actor, notifies, batch }: EnqueueOptions,
): Promise<{ ids: (string | null)[]; batchId: string | null }> {
  const rows = await rowsOf<AddedRow>(sql, ENQUEUE, [...valuesOf(pending, actor, notifies), batch?.name ?? null]);
  const refused = rows.find((row) => row.code !== null);
  if (refused) throw refusalOf(refused, pending, requests);
  return { ids: rows.map((row) => row.runId), batchId: rows[0]?.batchId ?? null };
}

const valuesOf = (pending: readonly Pending[], actor: Actor | null, notifies: boolean): unknown[] => [
  JSON.stringify(pending.map(({ run }) => run)),
  ...(actor === null ? [null, null, null, null, null] : auditValues(actor)),
  actor !== null,
  notifies,
];

function refusalOf(row: AddedRow, pending: readonly Pending[], requests: readonly RunRequest[]): QueueError {
  const { index, run } = pending[Number(row.index)] as Pending;
  const at = run.isCallback ? 'callback.' : requests.length === 1 ? '' : `runs.${index}.`;
  if (row.code === 'UNKNOWN_JOB') return unknownJob(String(run.jobName), at);
  const path = `${at}after`;
  if (row.code === 'UNKNOWN_RUN') return refusal('UNKNOWN_RUN', path, `There is no run #${row.otherId}.`);
  const message = `Run #${row.otherId} is ${row.status}, and was to succeed first; set when: "finished" to run in any case.`;
  return refusal('NOT_ALLOWED', path, message);
}

/** Decides about runs whose key is taken. Those that are to be tried again are missing in the answer. */
async function settle(
  sql: Sql,
  left: readonly Pending[],
  requests: readonly RunRequest[],
  options: EnqueueOptions,
): Promise<Map<number, Enqueued>> {
  const settled = new Map<number, Enqueued>();
  if (left.length === 0) return settled;
  const taken = left.map(({ run }) => run);
  for (const { place, runId, key, isReused } of await readKeyHolders(sql, taken)) {
    const waiting = left[place] as Pending;
    // The other runs of the call are queued by now; their keys were checked before.
    if (isReused && requests.length === 1) throw reusedKey(runId);
    const onConflict = key === 'unique' ? requests[waiting.index]?.unique?.onConflict : 'existing';
    if (onConflict === 'refuse') throw duplicate(waiting.run, runId);
    if (onConflict === 'after') waiting.run.joinsLine = true;
    const jobRunId = onConflict === 'replace' ? await replace(sql, waiting, options) : runId;
    if (jobRunId && onConflict !== 'after') settled.set(waiting.index, { jobRunId, isNew: false });
  }
  return settled;
}

function duplicate({ uniqueKey }: NewRun, runId: string): QueueError {
  const message = `Run #${runId} has the key "${uniqueKey}".`;
  return new QueueError('DUPLICATE', message, [{ path: 'unique.key', message }]);
}

/**
 * The queued run that this request replaced; null where all runs of the key have begun, and the new one waits behind
 * them.
 */
async function replace(sql: Sql, waiting: Pending, { actor, notifies }: EnqueueOptions): Promise<string | null> {
  const rows = await rowsOf<{ runId: string }>(sql, REPLACE, valuesOf([waiting], actor, notifies));
  if (rows[0]) return rows[0].runId;
  // A key that is held until the claim is free again by now.
  waiting.run.joinsLine = waiting.run.uniqueScope !== 'QUEUED';
  return null;
}
