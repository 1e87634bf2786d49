import { createAgents } from '@job-manager/engine/agents';
import { embeddedConfig } from '@job-manager/engine/config';
import { createPool } from '@job-manager/engine/database/client';
import { QueueEvents } from '@job-manager/engine/queue/events';
import type { AnyJob } from '@job-manager/engine/queue/job';
import { createQueue, type Queue } from '@job-manager/engine/queue/queue';
import { createRedaction } from '@job-manager/engine/queue/redaction';
import { createRegistry } from '@job-manager/engine/queue/registry';
import { Runner } from '@job-manager/engine/queue/runner';
import { Listener } from '@job-manager/engine/store/listener';
import { Notifier } from '@job-manager/engine/store/notifier';
import type { Sql } from '@job-manager/engine/store/sql';
import { createFaultJobs } from './fault-jobs.js';

/** Short leases and pauses, so that every part of the engine has its turn. */
const SETTINGS = {
  JOBS_HEARTBEAT_MS: 200,
  JOBS_STALLED_AFTER_MS: 2_000,
  JOBS_SWEEP_MS: 200,
  JOBS_MAINTENANCE_MS: 500,
  JOBS_POLL_MS: 100,
};
const CONCURRENCY = 20;

export interface EngineHereOptions {
  sql: Sql;
  /** For what has a connection of its own: listener, heartbeat and jobs. */
  databaseUrl: string;
  /** Where the ledger is. */
  folder: string;
  runners: number;
  /** Instead of those of this suite. */
  jobs?: AnyJob[];
  /** Runners claim when a test calls `tick`, and not by themselves. */
  claimsByHand?: boolean;
}

export interface EngineHere {
  queue: Queue;
  runners: Runner[];
  events: QueueEvents;
  stop(): Promise<void>;
}

/** Queue, runners and the agents of maintenance in this process, all over the given connections. */
export async function startEngineHere(options: EngineHereOptions): Promise<EngineHere> {
  const { sql, databaseUrl, folder, jobs = createFaultJobs(folder), claimsByHand = false } = options;
  const config = embeddedConfig(databaseUrl, SETTINGS);
  const registry = createRegistry(jobs);
  const events = new QueueEvents();
  const notifier = new Notifier(sql);
  const listener = new Listener(databaseUrl, ['queued', 'cancel', 'revoked', 'schedules']);
  const jobPool = createPool(databaseUrl, { max: 2 });
  const agents = createAgents({ sql, pool: jobPool, config, registry, events, notifier, listener });
  const runners = Array.from({ length: options.runners }, () => newRunner());
  await listener.start();
  await Promise.all(runners.map((runner) => (claimsByHand ? runner.open() : runner.start())));
  await agents.start();
  return {
    events,
    runners,
    queue: createQueue({ sql, registry, notifier, stalledAfterMs: config.JOBS_STALLED_AFTER_MS }),
    stop: async () => {
      await agents.stop();
      await Promise.all(runners.map((runner) => runner.stop()));
      await listener.close();
      await notifier.flush();
      await jobPool.end();
    },
  };

  function newRunner(): Runner {
    return new Runner({
      ...{ sql, databaseUrl, registry, events, notifier, listener },
      settings: {
        concurrency: CONCURRENCY,
        pollMs: config.JOBS_POLL_MS,
        heartbeatMs: config.JOBS_HEARTBEAT_MS,
        stalledAfterMs: config.JOBS_STALLED_AFTER_MS,
        drainMs: config.JOBS_DRAIN_MS,
        messagesPerRun: config.JOBS_MESSAGES_PER_RUN,
      },
      redaction: createRedaction(config.JOBS_REDACT_KEYS),
      kind: 'WORKER',
      host: config.HOSTNAME,
      version: 'faults',
    });
  }
}
