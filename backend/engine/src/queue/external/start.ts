import type { Actor } from '@job-manager/client/actor';
import { refusal } from '@job-manager/client/errors';
import { requestHash } from '@job-manager/client/request-hash';
import { reusedKey } from '@job-manager/client/reused-keys';
import type { StepPlan } from '@job-manager/shared/contract/message';
import { isWithinDepth, limits } from '@job-manager/shared/limits';
import { QueueError } from '../errors.js';
import { type ExternalLimits, type HeldRun, startExternalRun } from '../transitions/external.js';
import type { ExternalOptions } from './options.js';
import { plannedSteps } from './progress.js';

/** The default time limit of a run, the same as that of a job. */
const TIMEOUT_MS = 30 * 60_000;

export interface ExternalStart {
  jobName: string;
  parameters: Record<string, unknown>;
  scope?: string;
  correlationId?: string;
  algorithmVersion?: string;
  steps?: StepPlan[];
  timeoutMs?: number;
  inactivityTimeoutMs?: number;
  /** The same key answers the same run; keys of different callers never meet. */
  idempotencyKey?: string;
}

/** Begins a run, or answers the one that its idempotency key began. Throws QueueError. */
export async function startRun(
  options: ExternalOptions,
  request: ExternalStart,
  actor: Actor,
): Promise<HeldRun & { leaseToken: string }> {
  checkStart(request, options);
  const { sql, maxActive, notifier } = options;
  const limits = { most: maxActive, perToken: shareOf(maxActive) };
  const started = await startExternalRun(sql, newRun(request, options.inactiveAfterMs), limits, actor);
  if (!started) throw tooMany(limits, actor);
  if (!started.isNew) refuseAnother(started.run, request);
  if (started.isNew) notifier.changed();
  return { ...started.run, leaseToken: tokenOf(started.run) };
}

/** One API token may hold half of the places, so that it can't keep all others out. */
const shareOf = (maxActive: number): number => Math.max(1, Math.floor(maxActive / 2));

function tooMany({ most, perToken }: ExternalLimits, { tokenId }: Actor): QueueError {
  const share = tokenId === null ? '' : `, or ${perToken} of this API token`;
  const why = `${most} runs of external programs${share} are running already`;
  return new QueueError('TOO_MANY_ACTIVE', `${why}; try again when one has ended.`);
}

function checkStart({ jobName, parameters, inactivityTimeoutMs }: ExternalStart, options: ExternalOptions): void {
  const maxInactiveMs = Math.max(options.maxInactiveMs, options.inactiveAfterMs);
  if (inactivityTimeoutMs !== undefined && inactivityTimeoutMs > maxInactiveMs) {
    const message = `must be at most ${maxInactiveMs}, unless the server allows more with JOBS_MAX_INACTIVE_MS`;
    throw refusal('INVALID_INPUT', 'inactivityTimeoutMs', message);
  }
  if (options.registry.get(jobName)) {
    const message = 'is a job of this server, which its own runners execute; enqueue it instead';
    throw new QueueError('INVALID_INPUT', `jobName: "${jobName}" ${message}.`, [{ path: 'jobName', message }]);
  }
  const isTooLarge = Buffer.byteLength(JSON.stringify(parameters)) > limits.parametersBytes;
  if (!isTooLarge && isWithinDepth(parameters)) return;
  const message = `must take at most ${limits.parametersBytes / 1024} kB as JSON, ${limits.jsonDepth} levels deep`;
  throw new QueueError('INVALID_PARAMETERS', `parameters: ${message}.`, [{ path: 'parameters', message }]);
}

const newRun = (request: ExternalStart, inactiveAfterMs: number) => ({
  jobName: request.jobName,
  parameters: request.parameters,
  scope: request.scope ?? null,
  correlationId: request.correlationId ?? null,
  algorithmVersion: request.algorithmVersion ?? null,
  steps: request.steps && request.steps.length > 0 ? plannedSteps(request.steps) : null,
  timeoutMs: request.timeoutMs ?? TIMEOUT_MS,
  inactivityTimeoutMs: request.inactivityTimeoutMs ?? inactiveAfterMs,
  idempotencyKey: request.idempotencyKey ?? null,
  requestHash: request.idempotencyKey === undefined ? null : hashOf(request),
});

/** A hash of the request without its key, and without the id that may differ each time. */
const hashOf = ({ idempotencyKey, correlationId, ...request }: ExternalStart): string => requestHash(request);

/** Throws QueueError where the key of the request began a run for another request. */
function refuseAnother(run: HeldRun, request: ExternalStart): void {
  if (run.requestHash !== null && run.requestHash !== hashOf(request)) throw reusedKey(run.id);
}

/** The token of a run whose start may be answered a second time, after the run was taken away. */
function tokenOf({ id, status, leaseToken }: HeldRun): string {
  if (leaseToken !== null) return leaseToken;
  const what = `Run #${id}, which this Idempotency-Key began, was taken away and is ${status}`;
  throw new QueueError('LEASE_LOST', `${what}; begin another with another key.`);
}
