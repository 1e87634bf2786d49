import type { Config } from './config.js';
import type { QueueEvents } from './queue/events.js';
import { JobAnnouncer } from './queue/maintenance/job-announcer.js';
import { MaintenanceLoop } from './queue/maintenance/maintenance-loop.js';
import { pruningTasks } from './queue/maintenance/pruner.js';
import { Rescuer } from './queue/maintenance/rescuer.js';
import { Scheduler } from './queue/maintenance/scheduler.js';
import { selfCheck } from './queue/maintenance/self-check.js';
import type { Registry } from './queue/registry.js';
import { retentionPolicy } from './retention.js';
import type { Listener } from './store/listener.js';
import type { Notifier } from './store/notifier.js';
import type { Sql } from './store/sql.js';

/** What works by itself for as long as its process lives. */
interface Agent {
  start(): void;
  /** Begins nothing more; resolves when nothing of it is under way. */
  stop(): Promise<void>;
}

export interface Agents {
  rescuer: Rescuer;
  start(): void;
  stop(): Promise<void>;
}

export interface AgentDeps {
  sql: Sql;
  config: Config;
  registry: Registry;
  events: QueueEvents;
  notifier: Notifier;
  listener: Listener;
  /** The runner of this process, where it has one. */
  runnerId?: string;
}

/**
 * The agents of the engine: one declares the jobs of this process, one recovers runs of dead runners, one does
 * maintenance, one fires schedules. Every server and every worker has them all: each does its part for all processes, and
 * whatever must happen once happens in whichever comes first. In standby none of them starts.
 */
export function createAgents(deps: AgentDeps): Agents {
  const { sql, config, registry, events, notifier, listener, runnerId = null } = deps;
  const rescuer = new Rescuer({
    sql,
    events,
    notifier,
    stalledAfterMs: config.JOBS_STALLED_AFTER_MS,
    sweepMs: config.JOBS_SWEEP_MS,
  });
  const maintenance = new MaintenanceLoop({
    sql,
    events,
    tasks: [...pruningTasks(sql, retentionPolicy(config), config.AUDIT_KEEP_ACCESS_DAYS || null), selfCheck(sql)],
    everyMs: config.JOBS_MAINTENANCE_MS,
  });
  const scheduler = new Scheduler({ sql, registry, events, notifier, listener });
  const announcer = new JobAnnouncer({
    sql,
    registry,
    events,
    process: { runnerId, host: config.HOSTNAME, pid: process.pid },
    // Not before: what comes due depends on the schedules in this version's code.
    onDeclared: () => {
      if (config.JOBS_SCHEDULER) scheduler.start();
    },
  });
  const agents: Agent[] = config.JOBS_STANDBY ? [] : [announcer, rescuer, maintenance];
  return {
    rescuer,
    start: () => {
      for (const agent of agents) agent.start();
    },
    stop: async () => {
      await Promise.all([...agents, scheduler].map((agent) => agent.stop()));
    },
  };
}
