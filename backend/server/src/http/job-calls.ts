import { removedRun, unknownRun } from '@job-manager/engine/queue/errors';
import { collectRecentCauses } from '@job-manager/engine/queue/maintenance/causes';
import { createRedaction } from '@job-manager/engine/queue/redaction';
import { revealParameters } from '@job-manager/engine/queue/transitions/reveal';
import { readActiveSnapshot } from '@job-manager/engine/store/active';
import { readHistoryJobNames } from '@job-manager/engine/store/history';
import { untouchedJob } from '@job-manager/engine/store/job-settings';
import { readRemoval, readRun, readWaiting } from '@job-manager/engine/store/run';
import type { QueuedRun, RunRow } from '@job-manager/engine/store/run-row';
import { contract } from '@job-manager/shared/contract/index';
import { isTerminal } from '@job-manager/shared/run';
import { implement } from '@orpc/server';
import { presentJobSettings } from '../present/job-settings.js';
import { presentRun, presentSummary } from '../present/run.js';
import { restoreSecrets } from '../present/secrets.js';
import { actorOf, type CallContext, callerOf, type HttpDeps } from './context.js';
import { correlationIdOf } from './correlation.js';
import { readHistoryPage, refuseSecretParameter } from './history-page.js';
import { idempotencyKeyOf } from './idempotency-key.js';
import { publicBaseOf } from './mounted.js';
import type { Gate } from './policy.js';
import { hasCodeIn, presentQueuedRuns } from './present-queued.js';
import type { StatsCache } from './stats-cache.js';

const os = implement(contract.jobs).$context<CallContext>();

interface Wanted {
  jobName: string;
  parameters: Record<string, unknown>;
}

/** Reading and steering runs. */
export function createJobCalls({ config, pool, queue, registry }: HttpDeps, gate: Gate, stats: StatsCache) {
  const hasCode = hasCodeIn(registry);
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  const present = (run: RunRow) => presentRun(run, redaction, hasCode);

  /** What a form shows of the run that is repeated has its secrets redacted; the new run needs them. */
  const withSecretsOf = async (rerunOfId: string | undefined, { jobName, parameters }: Wanted) => {
    const original = rerunOfId === undefined ? null : await readRun(pool, rerunOfId);
    // Parameters of another job might reveal them.
    return original?.jobName === jobName ? restoreSecrets(parameters, original.parameters, redaction) : parameters;
  };

  return os.router({
    definitions: os.definitions.handler(async () => {
      const settings = new Map((await queue.jobs.list()).map((row) => [row.jobName, row]));
      const settingsOf = (jobName: string) => presentJobSettings(settings.get(jobName) ?? untouchedJob(jobName));
      return {
        jobs: registry.definitions().map((job) => ({ ...job, settings: settingsOf(job.name) })),
        stalledAfterMs: config.JOBS_STALLED_AFTER_MS,
        forceFailAfterMs: config.JOBS_FORCE_FAIL_AFTER_MS,
      };
    }),

    history: os.history.handler(async ({ input }) => {
      refuseSecretParameter(input, redaction);
      if (input.cause !== undefined) await collectRecentCauses(pool);
      const { runs, ...answer } = await readHistoryPage(pool, input);
      return { ...answer, runs: runs.map(presentSummary), page: input.page, pageSize: input.pageSize };
    }),

    historyJobNames: os.historyJobNames.handler(async () => ({ jobNames: await readHistoryJobNames(pool) })),

    active: os.active.handler(async () => {
      const { rows } = await readActiveSnapshot(pool);
      return { runs: await presentQueuedRuns(pool, rows, hasCode) };
    }),

    stats: os.stats.handler(({ input }) => (input.refresh ? stats.refresh() : stats.get())),

    get: os.get.handler(async ({ input }) => {
      const run = await readRun(pool, input.jobRunId);
      if (run) return present(run);
      const removal = await readRemoval(pool, input.jobRunId);
      throw removal ? removedRun(input.jobRunId, removal) : unknownRun(input.jobRunId);
    }),

    reveal: os.reveal.handler(async ({ input: { jobRunId }, context }) => ({
      parameters: await revealParameters(pool, jobRunId, actorOf(context)),
    })),

    enqueue: os.enqueue.handler(async ({ input, context }) => {
      // Running again is a permission of its own, beside the one that the route names.
      if (input.rerunOfId !== undefined) await gate(context.req, 'retry');
      const { via } = callerOf(context);
      const idempotencyKey = idempotencyKeyOf(context);
      const trigger = via === 'bearer' ? ('API' as const) : ('MANUAL' as const);
      const parameters = await withSecretsOf(input.rerunOfId, input);
      // Each click has a trace of its own, and a run that repeats another belongs to what that one belongs to.
      const correlationId = input.correlationId ?? correlationIdOf(context, input.rerunOfId === undefined);
      const request = { ...input, parameters, trigger, idempotencyKey, correlationId };
      const { run, isNew } = await queue.enqueue(request, actorOf(context));
      context.res.location(`${publicBaseOf(context.req)}/admin/jobs/${run.id}`);
      const waiting = await readWaiting(pool, run.id);
      const note = isNew ? null : noteOfEarlier(run);
      return { jobRunId: run.id, run: present({ ...run, waiting }), isNew, note };
    }),

    reschedule: os.reschedule.handler(async ({ input, context }) => {
      const { jobRunId, runAt, priority } = input;
      const now = priority === undefined ? null : undefined;
      const at = runAt === undefined ? now : new Date(runAt);
      const run = present(await queue.reschedule(jobRunId, at, actorOf(context), { priority }));
      return { jobRunId: run.id, run };
    }),

    cancel: os.cancel.handler(async ({ input, context }) => {
      const cancelled = await queue[input.graph ? 'cancelGraph' : 'cancel'](input.jobRunId, actorOf(context));
      const run = present(cancelled);
      return { jobRunId: run.id, run };
    }),
  });
}

/** The answer to a call whose key has a run already. */
function noteOfEarlier({ id, status, queuedAt }: Pick<QueuedRun, 'id' | 'status' | 'queuedAt'>): string {
  const message = `The key has run #${id} of ${queuedAt.toISOString()} already, which is ${status}; nothing new was queued.`;
  return isTerminal(status) ? `${message} To run it again, send rerunOfId: "${id}" with another key.` : message;
}
