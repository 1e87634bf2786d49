import type pg from 'pg';
import type { Config } from './config.js';
import { BulkWorker } from './queue/bulk/bulk-worker.js';
import type { QueueEvents } from './queue/events.js';
import { collectingAllCauses, collectingCauses } from './queue/maintenance/causes.js';
import { figureTasks } from './queue/maintenance/figures.js';
import { JobAnnouncer } from './queue/maintenance/job-announcer.js';
import { MaintenanceLoop } from './queue/maintenance/maintenance-loop.js';
import { keepMonths } from './queue/maintenance/months.js';
import { pruningTasks } from './queue/maintenance/pruner.js';
import { Rescuer } from './queue/maintenance/rescuer.js';
import { sampling } from './queue/maintenance/sampler.js';
import { Scheduler } from './queue/maintenance/scheduler.js';
import { selfCheck } from './queue/maintenance/self-check.js';
import type { Registry } from './queue/registry.js';
import { retentionPolicy } from './retention.js';
import type { Listener } from './store/listener.js';
import type { Notifier } from './store/notifier.js';
import type { Sql } from './store/sql.js';

/** A service that runs for as long as its process. */
interface Agent {
  start(): void;
  /** Starts no more work; resolves when none is under way. */
  stop(): Promise<void>;
}

export interface Agents {
  rescuer: Rescuer;
  /** Resolves when the jobs of this process have been declared: programs that only queue runs know them from then on. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface AgentDeps {
  sql: Sql;
  /** Whose connections have transactions of their own. */
  pool: Pick<pg.Pool, 'connect' | 'query'>;
  config: Config;
  registry: Registry;
  events: QueueEvents;
  notifier: Notifier;
  listener: Listener;
  /** The runner of this process, where it has one. */
  runnerId?: string;
}

/**
 * The agents of the engine: one declares the jobs of this process, one recovers runs of lost runners, one does
 * maintenance, one fires schedules, one executes operations on many runs. Every server and every worker has all of
 * them. What must happen once happens in the process that takes it first. In standby none of them starts.
 */
export function createAgents(deps: AgentDeps): Agents {
  const { sql, pool, config, registry, events, notifier, listener, runnerId = null } = deps;
  const rescuer = new Rescuer({
    sql,
    events,
    notifier,
    stalledAfterMs: config.JOBS_STALLED_AFTER_MS,
    heartbeatMs: config.JOBS_HEARTBEAT_MS,
    sweepMs: config.JOBS_SWEEP_MS,
  });
  const maintenance = new MaintenanceLoop({
    sql,
    events,
    tasks: [
      keepMonths(sql),
      ...pruningTasks(sql, retentionPolicy(config), config.AUDIT_KEEP_ACCESS_DAYS || null),
      collectingAllCauses(sql),
      ...figureTasks(sql),
      selfCheck(sql),
    ],
    everyMs: config.JOBS_MAINTENANCE_MS,
  });
  const sampler = new MaintenanceLoop({ sql, events, ...sampling(sql, [collectingCauses(sql)]) });
  const scheduler = new Scheduler({ sql, registry, events, notifier, listener });
  const announcer = new JobAnnouncer({
    sql,
    registry,
    events,
    notifier,
    process: { runnerId, host: config.HOSTNAME, pid: process.pid },
    // Starts after the declaration, because due times depend on the schedules in this version's code.
    onDeclared: () => {
      if (config.JOBS_SCHEDULER) scheduler.start();
    },
  });
  const bulk = new BulkWorker({ pool, registry, events, notifier, listener });
  const others: Agent[] = [rescuer, maintenance, sampler, bulk];
  return {
    rescuer,
    start: async () => {
      if (config.JOBS_STANDBY) return;
      const declared = announcer.start();
      for (const agent of others) agent.start();
      await declared;
    },
    stop: async () => {
      await Promise.all([announcer, ...others, scheduler].map((agent) => agent.stop()));
    },
  };
}
