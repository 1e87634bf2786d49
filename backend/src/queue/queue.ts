import { isAllowed, type JobRunTrigger } from '@job-manager/shared/run';
import type { RunRow } from '../store/run-row.js';
import type { Sql } from '../store/sql.js';
import { notAllowed, unknownRun } from './errors.js';
import { createRecovery, type Recovery, type RecoveryOptions } from './recovery.js';
import type { Registry } from './registry.js';
import { cancelRun } from './transitions/cancel.js';
import { enqueueRun } from './transitions/enqueue.js';
import { rescheduleRun } from './transitions/reschedule.js';

/** Who asks, for the audit log; null fields for the product itself. */
export interface Actor {
  userId: number | null;
  email: string | null;
  ip: string | null;
  userAgent: string | null;
  /** The API token that acts, where no person does. */
  tokenId: string | null;
}

/** The product acting by itself. */
export const SYSTEM: Actor = { userId: null, email: null, ip: null, userAgent: null, tokenId: null };

export interface EnqueueRequest {
  jobName: string;
  parameters: Record<string, unknown>;
  trigger: JobRunTrigger;
  /** The same key answers the same run; keys of different users never meet. */
  idempotencyKey?: string;
  /** The finished run that this one repeats. */
  rerunOfId?: string;
}

/** What may be asked of the engine. Each is one statement, its audit entry included; refusals are QueueErrors. */
export interface Queue extends Recovery {
  enqueue(request: EnqueueRequest, actor: Actor): Promise<RunRow>;
  /** Cancels a QUEUED run at once and asks a RUNNING one to stop; asking twice changes nothing. */
  cancel(runId: string, actor: Actor): Promise<RunRow>;
  /** Gives a QUEUED run another time; null, and a time that has passed, for now. */
  reschedule(runId: string, runAt: Date | null, actor: Actor): Promise<RunRow>;
}

export interface QueueOptions extends RecoveryOptions {
  registry: Registry;
}

/** Opens the engine to those who ask things of it. Executing is a runner's work. */
export function createQueue(options: QueueOptions): Queue {
  const { sql, registry, notifier } = options;
  return {
    ...createRecovery(options),

    enqueue: async (request, actor) => {
      const { job, maxAttempts, timeoutMs } = registry.check(request.jobName, request.parameters);
      if (request.rerunOfId !== undefined) await checkRerun(sql, request.rerunOfId);
      const { run, isNew } = await enqueueRun(
        sql,
        {
          jobName: job.name,
          parameters: request.parameters,
          trigger: request.trigger,
          algorithmVersion: job.algorithmVersion,
          maxAttempts,
          timeoutMs,
          rerunOfId: request.rerunOfId ?? null,
          idempotencyKey: request.idempotencyKey ?? null,
        },
        actor,
      );
      if (isNew) notifier.queued();
      return run;
    },

    cancel: async (runId, actor) => {
      const { run, isNew } = await cancelRun(sql, runId, actor);
      if (isNew && run.status === 'RUNNING') notifier.cancelRequested(runId);
      else if (isNew) notifier.changed();
      return run;
    },

    reschedule: async (runId, runAt, actor) => {
      const { run, isNew } = await rescheduleRun(sql, { runId, runAt }, actor);
      if (isNew) notifier.queued();
      return run;
    },
  };
}

/** A run's end never changes, so what is seen here still holds when the new run is inserted. */
async function checkRerun(sql: Sql, runId: string): Promise<void> {
  const found = await sql.query<Pick<RunRow, 'status'>>('SELECT status FROM "JobRun" WHERE id = $1', [runId]);
  const status = found.rows[0]?.status;
  if (!status) throw unknownRun(runId);
  if (!isAllowed('rerun', status)) throw notAllowed('rerun', runId, status);
}
