import { plainJson } from './json-value.js';
import type { JobSettings, RunRequest } from './request.js';
import { requestHash } from './request-hash.js';
import { defaultRetry, type RetryPolicy } from './shared.js';

/** A run on its way into the database, as one object of the JSON that the statement takes. */
export type NewRun = Record<keyof typeof newRunColumns, unknown>;

/** The fields of a NewRun with the types the statement reads them as. */
const newRunColumns = {
  jobName: 'text',
  parameters: 'jsonb',
  trigger: 'text',
  scope: 'text',
  correlationId: 'text',
  traceparent: 'text',
  channel: 'text',
  priority: 'int',
  algorithmVersion: 'text',
  maxAttempts: 'int',
  maxCrashes: 'int',
  /** 0 for none. */
  timeoutMs: 'bigint',
  /** The settings above are complete; otherwise what is null comes from the "Job" table. */
  isKnown: 'boolean',
  retryPolicy: 'jsonb',
  runAt: 'timestamptz',
  delayMs: 'bigint',
  rerunOfId: 'bigint',
  idempotencyKey: 'text',
  /** With an idempotency key: of the request as it was given. */
  requestHash: 'text',
  /** Of the same length as `afterIndexes`: where one has a run, the other has null, so that the order is kept. */
  after: 'bigint[]',
  /** Places of the runs in this call that it waits for, from 0. */
  afterIndexes: 'int[]',
  waitsFor: 'text',
  uniqueKey: 'text',
  uniqueScope: 'text',
  periodMs: 'bigint',
  maxWaitMs: 'bigint',
  /** How the line of its key is locked by one that doesn't join it: EXCLUSIVE, SHARED or NONE. */
  lineLock: 'text',
  /** Joins the line of its key; without, its key must be free. */
  joinsLine: 'boolean',
  /** Joins no line whose last has not begun: that one is to be replaced. */
  replaces: 'boolean',
  /** Begins when all others of the call have ended. */
  isCallback: 'boolean',
} as const;

/** As a statement names what it reads from its JSON. */
export const NEW_RUN_COLUMNS = Object.entries(newRunColumns)
  .map(([name, type]) => `"${name}" ${type}`)
  .join(', ');

/** Combines a checked request with the settings of its job; without settings the database fills them in. */
export function newRun(request: RunRequest, settings: JobSettings | undefined): NewRun {
  const { unique } = request;
  const onConflict = unique?.onConflict ?? 'existing';
  return {
    jobName: request.jobName,
    parameters: plainJson(request.parameters ?? {}, 'parameters'),
    trigger: request.trigger ?? 'EVENT',
    scope: request.scope,
    correlationId: request.correlationId,
    traceparent: request.traceparent,
    channel: request.channel ?? settings?.channel,
    priority: request.priority ?? settings?.priority,
    algorithmVersion: settings?.algorithmVersion,
    maxAttempts: request.maxAttempts ?? settings?.maxAttempts,
    maxCrashes: settings?.maxCrashes,
    timeoutMs: timeoutOf(request, settings),
    isKnown: settings !== undefined,
    retryPolicy: retryPolicyOf(request),
    runAt: request.runAt === undefined ? undefined : new Date(request.runAt),
    delayMs: request.delayMs,
    rerunOfId: request.rerunOfId,
    idempotencyKey: request.idempotencyKey,
    requestHash: request.idempotencyKey === undefined ? undefined : hashOf(request),
    after: request.after?.map((wanted) => (typeof wanted === 'string' ? wanted : null)),
    afterIndexes: request.after?.map((wanted) => (typeof wanted === 'string' ? null : wanted.index)),
    waitsFor: request.after && (request.when ?? 'succeeded').toUpperCase(),
    uniqueKey: unique?.key,
    uniqueScope: unique && (unique.scope ?? 'running').toUpperCase(),
    periodMs: unique?.periodMs,
    maxWaitMs: unique?.maxWaitMs,
    // Two runs that take a shared lock first and then join would wait for each other.
    lineLock: onConflict === 'after' || onConflict === 'replace' ? 'EXCLUSIVE' : 'SHARED',
    // Where the key is released at the claim, runs may overlap: only conflicting ones wait in line.
    joinsLine: onConflict === 'after' && unique?.scope !== 'queued',
    replaces: onConflict === 'replace',
    isCallback: false,
  };
}

/** Neither the caller nor the key is part of the request, nor an id that may be another each time it is sent. */
function hashOf({
  idempotencyKey,
  trigger,
  correlationId,
  traceparent,
  parameters = {},
  runAt,
  ...options
}: RunRequest): string {
  const at = runAt === undefined ? undefined : new Date(runAt);
  return requestHash({ ...options, parameters: plainJson(parameters, 'parameters'), runAt: at });
}

/** How long an attempt may take; 0 for as long as it likes, undefined for the job's own. */
export function timeoutOf({ timeoutMs }: RunRequest, settings: JobSettings | undefined): number | undefined {
  const wanted = timeoutMs === undefined ? settings?.timeoutMs : timeoutMs;
  return wanted === null ? 0 : wanted;
}

/** The retry policy in the request of a run; undefined for that of the job. */
export function retryPolicyOf({ retry }: RunRequest): RetryPolicy | undefined {
  if (retry === undefined) return undefined;
  const { backoffMs, factor, maxBackoffMs } = defaultRetry;
  // One by one: an option may be there, and be undefined.
  return {
    backoffMs: retry.backoffMs ?? backoffMs,
    factor: retry.factor ?? factor,
    maxBackoffMs: retry.maxBackoffMs ?? maxBackoffMs,
  };
}
