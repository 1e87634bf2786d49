import type { Actor } from '@job-manager/client/actor';
import { withCorrelationOfRun } from '@job-manager/client/correlation-of-run';
import { inSchema } from '@job-manager/client/in-schema';
import type { AnyJobs, RequestFor } from '@job-manager/client/job-types';
import type { RunRequest } from '@job-manager/client/request';
import { inSendSpan } from '@job-manager/client/send-span';
import type { Sql as ClientSql } from '@job-manager/client/sql';
import { isTraced } from '@job-manager/client/tracing';
import type { JobRunTrigger } from '@job-manager/shared/run';
import type { QueuedRun, RunRow } from '../store/run-row.js';
import type { Sql } from '../store/sql.js';
import { type Batches, createBatches } from './batches/batches.js';
import { type Bulk, createBulk } from './bulk/bulk.js';
import { type Channels, createChannels } from './channels.js';
import { createJobControl, type JobControl } from './job-control.js';
import { createRecovery, type Recovery, type RecoveryOptions } from './recovery.js';
import { type Registry, withDeclaredJobs } from './registry.js';
import { createRunners, type Runners } from './runners.js';
import { createSchedules, type Schedules } from './schedules/schedules.js';
import { cancelGraph, cancelRun } from './transitions/cancel.js';
import { Enqueueing } from './transitions/enqueue.js';
import { rescheduleRun } from './transitions/reschedule.js';

export interface EnqueueRequest extends RunRequest {
  trigger: JobRunTrigger;
}

/**
 * Enqueues, cancels and changes runs. Each call is one statement, its audit entry included; refusals are QueueErrors.
 */
export interface Queue<Jobs extends object = AnyJobs> extends Recovery, Batches<Jobs> {
  /**
   * Queues a run, or returns the one that has its key. Resolves when the run is committed; concurrent calls share a
   * commit. In a transaction of the caller, with `sql`, the run exists once that commits, and runners are notified
   * then.
   */
  enqueue(
    request: RequestFor<Jobs, EnqueueRequest>,
    actor: Actor,
    options?: { sql?: ClientSql },
  ): Promise<{ run: QueuedRun; isNew: boolean }>;
  /** Cancels a QUEUED run at once and requests a RUNNING one to stop; a second request changes nothing. */
  cancel(runId: string, actor: Actor): Promise<RunRow>;
  /** Cancels a run with all unfinished runs it waits for, that wait for it, and so on. */
  cancelGraph(runId: string, actor: Actor): Promise<RunRow>;
  /**
   * Gives a QUEUED run another time (null or a time in the past: now), another priority, or both; what is undefined
   * stays.
   */
  reschedule(
    runId: string,
    runAt: Date | null | undefined,
    actor: Actor,
    options?: { priority?: number },
  ): Promise<RunRow>;
  readonly schedules: Schedules;
  readonly channels: Channels;
  readonly jobs: JobControl;
  readonly runners: Runners;
  readonly bulk: Bulk;
}

export interface QueueOptions extends RecoveryOptions {
  /** For lists of the queue, connections that keep plans; `sql` unless given. */
  plannedSql?: Sql;
  registry: Registry;
  /** Interval of the heartbeats of runners; 30 s by default. */
  heartbeatMs?: number;
  /** Where the tables are, for transactions of callers; without, their search path has to find them. */
  schema?: string;
}

/** Creates the interface to the engine. Runners execute the runs. */
export function createQueue(given: QueueOptions): Queue {
  const { sql, notifier, schema } = given;
  const registry = withDeclaredJobs(given.registry, sql);
  const options = { ...given, registry };
  const enqueueing = new Enqueueing({ sql, registry, notifier });
  return {
    ...createRecovery(options),
    ...createBatches(options),
    schedules: createSchedules(options),
    channels: createChannels(options),
    jobs: createJobControl(options),
    runners: createRunners(options),
    bulk: createBulk(options),

    enqueue: (wanted, actor, { sql: theirs } = {}) => {
      const request = withCorrelationOfRun(wanted);
      const enqueue = (one: EnqueueRequest) =>
        theirs === undefined
          ? enqueueing.enqueue(one, actor)
          : enqueueing.enqueueIn(inSchema(theirs, schema), one, actor);
      return isTraced()
        ? inSendSpan(
            [request],
            ([one = request]) => enqueue(one),
            ({ run }) => [run.id],
          )
        : enqueue(request);
    },

    cancel: async (runId, actor) => {
      const { run, isNew } = await cancelRun(sql, runId, actor);
      if (isNew && run.status === 'RUNNING') notifier.cancelRequested(runId);
      else if (isNew) notifier.changed();
      return run;
    },

    cancelGraph: async (runId, actor) => {
      const { run, requested, isNew } = await cancelGraph(sql, runId, actor);
      for (const id of requested) notifier.cancelRequested(id);
      if (isNew) notifier.changed();
      return run;
    },

    reschedule: async (runId, runAt, actor, { priority } = {}) => {
      const { run, isNew } = await rescheduleRun(sql, { runId, runAt, priority }, actor);
      if (isNew) notifier.queued();
      return run;
    },
  };
}
