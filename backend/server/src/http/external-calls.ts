import { unknownRun } from '@job-manager/engine/queue/errors';
import { createRedaction } from '@job-manager/engine/queue/redaction';
import { readActiveSnapshot } from '@job-manager/engine/store/active';
import { readHistory } from '@job-manager/engine/store/history';
import { readRun } from '@job-manager/engine/store/run';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { presentRun, presentSteps, presentSummary } from '../present/run.js';
import { actorOf, type CallContext, type HttpDeps } from './context.js';
import { correlationIdOf } from './correlation.js';
import { idempotencyKeyOf } from './idempotency-key.js';
import { publicBaseOf } from './mounted.js';
import { hasCodeIn, presentQueuedRuns } from './present-queued.js';

const os = implement(contract.external).$context<CallContext>();

/** Finished runs that the list includes on request. */
const PAST_SHOWN = 100;

/** Runs that external programs execute. */
export function createExternalCalls({
  external,
  pool,
  config,
  registry,
}: Pick<HttpDeps, 'external' | 'pool' | 'config' | 'registry'>) {
  const hasCode = hasCodeIn(registry);
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  return os.router({
    list: os.list.handler(async ({ input }) => {
      const { rows: active } = await readActiveSnapshot(pool);
      const past = input.includePast ? (await readHistory(pool, { page: 1, pageSize: PAST_SHOWN })).runs : [];
      return { runs: [...(await presentQueuedRuns(pool, active, hasCode)), ...past.map(presentSummary)] };
    }),

    start: os.start.handler(async ({ input, context }) => {
      const idempotencyKey = idempotencyKeyOf(context, 'start');
      const correlationId = input.correlationId ?? correlationIdOf(context);
      const run = await external.start({ ...input, idempotencyKey, correlationId }, actorOf(context));
      context.res.location(`${publicBaseOf(context.req)}/admin/jobs/${run.id}`);
      const shouldStop = run.cancelRequestedAt !== null;
      return { jobRunId: run.id, leaseToken: run.leaseToken, shouldStop, run: presentRun(run, redaction) };
    }),

    getProgress: os.getProgress.handler(async ({ input }) => {
      const run = await readRun(pool, input.jobRunId);
      if (!run) throw unknownRun(input.jobRunId);
      return {
        jobRunId: run.id,
        shouldStop: run.cancelRequestedAt !== null,
        status: run.status,
        progress: run.progressPercent === null ? null : run.progressPercent / 100,
        progressMessage: run.progressMessage,
        steps: run.steps && presentSteps(run.steps, run.status),
      };
    }),

    progress: os.progress.handler(async ({ input, context }) => ({
      jobRunId: input.jobRunId,
      ...(await external.progress(leaseOf(input, context), input)),
    })),

    heartbeat: os.heartbeat.handler(async ({ input, context }) => ({
      jobRunId: input.jobRunId,
      ...(await external.beat(leaseOf(input, context))),
    })),

    message: os.message.handler(async ({ input, context }) => {
      const { level, message = '', data, messages = [{ level, message, data }] } = input;
      const answer = await external.write(leaseOf(input, context), messages, idempotencyKeyOf(context, 'message'));
      return { jobRunId: input.jobRunId, ...answer };
    }),

    complete: os.complete.handler(async ({ input, context }) => {
      const ending = { status: 'SUCCESS' as const, metadata: input.metadata };
      const run = presentRun(await external.end(leaseOf(input, context), ending, actorOf(context)), redaction);
      return { jobRunId: run.id, run };
    }),

    fail: os.fail.handler(async ({ input, context }) => {
      const { cancelled, error, errorStack, metadata } = input;
      const ending = { status: cancelled ? ('CANCELLED' as const) : ('FAILED' as const), error, errorStack, metadata };
      const run = presentRun(await external.end(leaseOf(input, context), ending, actorOf(context)), redaction);
      return { jobRunId: run.id, run };
    }),
  });
}

const leaseOf = ({ jobRunId, leaseToken }: { jobRunId: string; leaseToken: string }, { identity }: CallContext) => ({
  id: jobRunId,
  leaseToken,
  canView: identity?.permissions.includes('view') ?? false,
});
