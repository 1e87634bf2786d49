import { type Agents, createAgents } from '@job-manager/engine/agents';
import type { Config } from '@job-manager/engine/config';
import { createPool } from '@job-manager/engine/database/client';
import { schemaOf } from '@job-manager/engine/database/schema';
import { listenUrlOf } from '@job-manager/engine/database/transaction-pooling';
import { QueueEvents } from '@job-manager/engine/queue/events';
import { createExternalRuns, type ExternalRuns } from '@job-manager/engine/queue/external/runs';
import { Histograms } from '@job-manager/engine/queue/histograms';
import type { AnyJob } from '@job-manager/engine/queue/job';
import { JobSettingsWatch } from '@job-manager/engine/queue/job-settings-watch';
import { logQueueEvents } from '@job-manager/engine/queue/log-events';
import { createQueue, type Queue } from '@job-manager/engine/queue/queue';
import { createRedaction } from '@job-manager/engine/queue/redaction';
import { createRegistry, type Registry } from '@job-manager/engine/queue/registry';
import { selfTestJob } from '@job-manager/engine/queue/self-test-job';
import { Listener } from '@job-manager/engine/store/listener';
import { Notifier } from '@job-manager/engine/store/notifier';
import type pg from 'pg';
import type { Logger } from 'pino';
import { createRefusals, type Refusals } from './auth/refusals.js';

export interface ServerEngineOptions {
  config: Config;
  databaseUrl: string;
  log: Logger;
  jobs: AnyJob[];
}

/** The engine as a server has it: all that API and socket stand on, and its part in the work for all processes. */
export interface ServerEngine {
  config: Config;
  log: Logger;
  pool: pg.Pool;
  /** For the repeated queries of the queue: always by its indexes. */
  queuePool: pg.Pool;
  registry: Registry;
  events: QueueEvents;
  listener: Listener;
  queue: Queue;
  external: ExternalRuns;
  agents: Agents;
  jobSettings: JobSettingsWatch;
  refusals: Refusals;
  /** Closes the connections to the database; the agents have stopped before. */
  close(): Promise<void>;
}

/** Wires the engine of a server. Nothing works by itself until the listener and the agents are started. */
export function createServerEngine({ config, databaseUrl, log, jobs }: ServerEngineOptions): ServerEngine {
  const registry = createRegistry([...jobs, selfTestJob]);
  const schema = schemaOf(databaseUrl);
  const pool = createPool(databaseUrl, { max: 12, min: 1, statementTimeoutMs: 30_000 });
  const queuePool = createPool(databaseUrl, { max: 4, min: 1, statementTimeoutMs: 30_000, keepsPlans: true });
  const notifier = new Notifier(pool, schema);
  const events = new QueueEvents();
  logQueueEvents(events, log);
  const listener = new Listener(listenUrlOf(databaseUrl, config.DATABASE_LISTEN_URL), [
    'changed',
    'progress',
    'messages',
    'access',
    'probe',
    'schedules',
    'jobs',
    'bulk',
    'alerts',
  ]);
  const jobSettings = new JobSettingsWatch({ sql: pool, registry, events, listener, knowsOthers: true });
  const histograms = new Histograms({
    sql: pool,
    onError: (error) => log.warn({ err: error }, 'How long runs took could not be written; it is tried again'),
  });
  const refusals = createRefusals({
    sql: pool,
    onError: (error) => log.warn({ err: error }, 'A refusal could not be written into the audit log'),
  });
  return {
    config,
    log,
    pool,
    queuePool,
    registry,
    events,
    listener,
    queue: createQueue({
      sql: pool,
      plannedSql: queuePool,
      schema,
      registry,
      notifier,
      stalledAfterMs: config.JOBS_STALLED_AFTER_MS,
      heartbeatMs: config.JOBS_HEARTBEAT_MS,
      forceFailAfterMs: config.JOBS_FORCE_FAIL_AFTER_MS,
    }),
    external: createExternalRuns({
      sql: pool,
      registry,
      notifier,
      maxActive: config.JOBS_MAX_EXTERNAL,
      inactiveAfterMs: config.JOBS_INACTIVE_AFTER_MS,
      maxInactiveMs: config.JOBS_MAX_INACTIVE_MS,
      messagesPerRun: config.JOBS_MESSAGES_PER_RUN,
      redaction: createRedaction(config.JOBS_REDACT_KEYS),
      histograms,
    }),
    agents: createAgents({ sql: pool, pool, config, registry, events, notifier, listener }),
    jobSettings,
    refusals,
    close: async () => {
      await jobSettings.stop();
      await refusals.flush();
      await histograms.flush();
      await listener.close();
      await notifier.flush();
      await Promise.all([pool.end(), queuePool.end()]);
    },
  };
}
