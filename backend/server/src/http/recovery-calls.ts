import { createRedaction } from '@job-manager/engine/queue/redaction';
import { formatDuration } from '@job-manager/engine/store/format-duration';
import type { RunSummaryRow } from '@job-manager/engine/store/run-row';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { presentRun, presentSummary } from '../present/run.js';
import { actorOf, type CallContext, type HttpDeps } from './context.js';

const os = implement(contract.recovery).$context<CallContext>();

/** Helping runs that do not help themselves. */
export function createRecoveryCalls({ queue, config }: Pick<HttpDeps, 'queue' | 'config'>) {
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  return os.router({
    previewCleanup: os.previewCleanup.handler(async () => {
      const { runs, serverTime } = await queue.previewCleanup();
      const affected = runs.map((run) => ({ run: presentSummary(run), becomes: run.becomes, reason: run.reason }));
      return { jobRunIds: idsOf(runs), runs: affected, serverTime: serverTime.toISOString() };
    }),

    cleanupStalled: os.cleanupStalled.handler(async ({ input, context }) => {
      const runs = await queue.cleanUpStalled(actorOf(context), input.jobRunIds);
      return { cleaned: runs.length, jobRunIds: idsOf(runs), runs: runs.map(presentSummary) };
    }),

    forceFail: os.forceFail.handler(async ({ input, context }) => {
      const { jobRunId, reason, graceMs = config.JOBS_FORCE_FAIL_AFTER_MS } = input;
      const run = await queue.forceFail(jobRunId, actorOf(context), { reason, graceMs });
      const cancelledAt = run.status === 'RUNNING' ? run.cancelRequestedAt : null;
      const forceFailAt = cancelledAt && new Date(cancelledAt.getTime() + graceMs).toISOString();
      return { run: presentRun(run, redaction), forceFailAt };
    }),

    previewEmergency: os.previewEmergency.handler(async () => {
      const { runs, serverTime } = await queue.previewEmergency();
      const affected = runs.map((run) => ({
        run: presentSummary(run),
        becomes: 'FAILED' as const,
        reason: describeRunning(run, serverTime),
      }));
      return { runs: affected, serverTime: serverTime.toISOString() };
    }),

    emergencyCleanup: os.emergencyCleanup.handler(async ({ input, context }) => {
      const { reason } = input;
      const startedBefore = new Date(input.startedBefore);
      const runs = await queue.emergencyFail({ startedBefore, reason }, actorOf(context));
      return { failed: runs.length, runs: runs.map(presentSummary) };
    }),
  });
}

const idsOf = (runs: { id: string }[]): string[] => runs.map(({ id }) => id);

function describeRunning(run: RunSummaryRow, now: Date): string {
  const since = (time: Date | null) => formatDuration(Math.max(0, now.getTime() - (time ?? now).getTime()));
  return `Running for ${since(run.startedAt)}; last heartbeat ${since(run.lastHeartbeatAt)} ago`;
}
