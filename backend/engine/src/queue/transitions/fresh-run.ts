import type { Actor } from '@job-manager/client/actor';
import { retryPolicyOf } from '@job-manager/client/new-run';
import type { AddedRun } from '@job-manager/client/plain-runs';
import type { JobSettings, RunRequest } from '@job-manager/client/request';
import { detailColumns, initialOf, summaryColumns } from '@job-manager/shared/contract/run-columns';
import type { QueuedRun } from '../../store/run-row.js';

interface Asked {
  request: RunRequest;
  /** As JSON. */
  parameters: string;
  settings: JobSettings;
  actor: Actor;
}

/** What a run is like that was queued a moment ago, and nothing has happened to. */
const UNTOUCHED = {
  ...initialOf(summaryColumns),
  ...initialOf(detailColumns),
  status: 'QUEUED',
  attempt: 0,
  claimNo: 0,
  rev: 0,
  cancelRequestedById: null,
  cancelRequestedByEmail: null,
  runnerName: null,
  steps: null,
  childPid: null,
  cpuMs: null,
  peakMemoryBytes: null,
  maxLoopLagMs: null,
  waitsFor: null,
  batch: null,
  scheduleName: null,
  uniqueScope: null,
  uniqueUntil: null,
  author: null,
} as const satisfies Partial<QueuedRun>;

/**
 * Describes a run without keys that waits for no run as it is in the database once it is queued: all of it is known
 * then, and reading it would take as long as queueing it. The request is read now, and not again.
 */
export function freshRun({ request, parameters, settings, actor }: Asked): (added: AddedRun) => QueuedRun {
  const { runAt, delayMs = 0 } = request;
  const wantedAt = runAt === undefined ? null : new Date(runAt).getTime();
  const known = {
    ...UNTOUCHED,
    jobName: request.jobName,
    channel: request.channel ?? settings.channel,
    priority: request.priority ?? settings.priority,
    trigger: request.trigger ?? 'EVENT',
    scope: request.scope ?? null,
    correlationId: request.correlationId ?? null,
    algorithmVersion: settings.algorithmVersion,
    maxAttempts: request.maxAttempts ?? settings.maxAttempts,
    maxCrashes: settings.maxCrashes,
    timeoutMs: request.timeoutMs === undefined ? settings.timeoutMs : request.timeoutMs,
    triggeredById: actor.userId,
    triggeredByEmail: actor.userId === null ? null : actor.email,
    triggeredByToken: actor.tokenName ?? null,
    rerunOfId: request.rerunOfId ?? null,
    retryPolicy: retryPolicyOf(request) ?? null,
  } satisfies Partial<QueuedRun>;
  return ({ jobRunId, now }) => ({
    ...known,
    id: jobRunId,
    // A time that has passed counts as now.
    runAt: new Date(Math.max(now.getTime(), wantedAt ?? now.getTime() + delayMs)),
    queuedAt: now,
    parameters: JSON.parse(parameters),
    earlierAttempts: [],
    dependsOn: [],
    dependents: [],
  });
}

/** Whether the actor tells all that is read of them with a run. */
export const isNamed = ({ userId, email, tokenId, tokenName }: Actor): boolean =>
  (userId === null || email !== null) && (tokenId === null || tokenName !== undefined);
