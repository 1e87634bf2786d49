// What other programs may use of the engine; everything else may change from one version to the next.

// Jobs: what can be run, and what a job may use while it runs.

export {
  type AnyJob,
  type CodeSchedule,
  defineJob,
  type Job,
  type JobContext,
  type JobDefinition,
  type JobLog,
  type JobServices,
  type StepHandle,
} from './queue/job.js';
export type { CreateServices, ServicesContext, ServicesOption } from './queue/services.js';

// A worker: a process that executes runs.

export { ConfigError, type EmbeddedSettings } from './config.js';
export { type JobWorkerOptions, startJobWorker } from './job-worker.js';
export type { RunningWorker } from './worker.js';

// The parts, for programs that combine them themselves: a registry of jobs, a queue to enqueue and cancel runs, runners
// to execute them. The listener wakes runners early; the notifier sends notifications of changes.

export type { Actor } from '@job-manager/client/actor';
export { QueueError } from './queue/errors.js';
export { QueueEvents } from './queue/events.js';
export { createQueue, type EnqueueRequest, type Queue, type QueueOptions } from './queue/queue.js';
export { createRedaction, type Redaction } from './queue/redaction.js';
export { createRegistry, type Registry } from './queue/registry.js';
export { Runner, type RunnerOptions, type RunnerSettings } from './queue/runner.js';
export { SYSTEM } from './queue/system-actor.js';
export { RegistryError } from './queue/validate-job.js';
export { Listener } from './store/listener.js';
export { Notifier } from './store/notifier.js';
export type { QueuedRun, RunRow } from './store/run-row.js';

// Its database: migrations, and connections as the engine needs them.

export { createPool } from './database/client.js';
export { migrate } from './database/migrate.js';
