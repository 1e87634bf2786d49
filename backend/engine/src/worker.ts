import type { Logger } from 'pino';
import { createAgents } from './agents.js';
import type { Config } from './config.js';
import { createPool } from './database/client.js';
import { schemaOf } from './database/schema.js';
import { listenUrlOf } from './database/transaction-pooling.js';
import { QueueEvents } from './queue/events.js';
import type { AnyJob } from './queue/job.js';
import { JobSettingsWatch } from './queue/job-settings-watch.js';
import { logQueueEvents } from './queue/log-events.js';
import { endWhenOutdated } from './queue/outdated.js';
import { createRedaction } from './queue/redaction.js';
import { createRegistry } from './queue/registry.js';
import type { RunnerProcess } from './queue/runner/commands.js';
import { RunnerLog } from './queue/runner/runner-log.js';
import { detectSupervisor } from './queue/runner/supervisor.js';
import { Runner } from './queue/runner.js';
import { selfTestJob } from './queue/self-test-job.js';
import { openServices, type ServicesOption } from './queue/services.js';
import { catchStrayErrors, catchStrayErrorsOfRuns } from './queue/stray-errors.js';
import { STANDBY_NOTE } from './standby.js';
import { Listener } from './store/listener.js';
import { Notifier } from './store/notifier.js';
import { VERSION } from './version.js';

export interface WorkerOptions {
  config: Config;
  databaseUrl: string;
  kind: 'WORKER' | 'BUILT_IN';
  log: Logger;
  /** What it executes; runs of other jobs wait for a worker that has them. */
  jobs: AnyJob[];
  /** File URL of the module that exports `jobs`; needed where some of them are isolated. */
  jobsModule?: string;
  /** What jobs get as `ctx.services`. */
  services?: ServicesOption;
  /** Ends this process at the command of an operator, and starts it again where it can; without it only the runner stops. */
  supervisor?: Omit<RunnerProcess, 'setLogLevel' | 'supervisor' | 'onLogFollowed'>;
  /** The process belongs to another application, whose own errors are none of ours. */
  isGuest?: boolean;
}

export interface RunningWorker {
  /** Empty in standby. */
  runnerId: string;
  /** Resolves when the jobs have been declared: programs that only queue runs know them from then on. Never rejects. */
  declared: Promise<void>;
  /** Stops claiming, lets runs end or hands them back, and disconnects. */
  stop(): Promise<void>;
  /** Makes a stop release all runs at once instead of waiting for them. */
  skipGrace(): void;
}

/**
 * Starts a runner of these jobs, with its part of the recovery. Waits for a database that isn't there yet. Rejects where
 * the services of the jobs can't be made.
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  if (options.config.JOBS_STANDBY) return standBy(options.log);
  const { config, databaseUrl, kind, jobs, isGuest = false, supervisor } = options;
  // Its own, so that a command that sets its level leaves the application's as it is.
  const log = options.log.child({});
  const services = await openServices(options.services, databaseUrl);
  const registry = createRegistry([...jobs, selfTestJob]);
  const events = new QueueEvents();
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  const runnerLog = new RunnerLog({ redaction, runnerId: () => runner.id, sql: () => enginePool });
  logQueueEvents(events, runnerLog.tee(log));
  const releaseErrors = isGuest ? catchStrayErrorsOfRuns() : catchStrayErrors(events);

  const enginePool = createPool(databaseUrl, { max: 4, min: 2, statementTimeoutMs: 30_000 });
  // One each for claims and for the ends of runs, whose plans are then made once; one beside for urgent runs, and for an end
  // that waits for a row.
  const ofRuns = { min: 1, max: 2, statementTimeoutMs: 30_000, keepsPlans: true };
  const claimPool = createPool(databaseUrl, ofRuns);
  const endPool = createPool(databaseUrl, ofRuns);
  const notifier = new Notifier(enginePool, schemaOf(databaseUrl));
  const end: RunnerProcess['end'] = (how) => (supervisor ? supervisor.end(how) : void runner.stop());
  endWhenOutdated({
    ...{ pool: enginePool, schema: schemaOf(databaseUrl), events },
    end: (why) => {
      log.fatal(why);
      end('outdated');
    },
  });
  const listener = new Listener(listenUrlOf(databaseUrl, config.DATABASE_LISTEN_URL), [
    'queued',
    'cancel',
    'revoked',
    'schedules',
    'jobs',
    'bulk',
    'commands',
  ]);
  const runner = new Runner({
    sql: enginePool,
    claimSql: claimPool,
    endSql: endPool,
    databaseUrl,
    registry,
    services: services.services,
    settings: {
      concurrency: config.JOBS_CONCURRENCY,
      pollMs: config.JOBS_POLL_MS,
      heartbeatMs: config.JOBS_HEARTBEAT_MS,
      stalledAfterMs: config.JOBS_STALLED_AFTER_MS,
      drainMs: config.JOBS_DRAIN_MS,
      messagesPerRun: config.JOBS_MESSAGES_PER_RUN,
    },
    redaction,
    kind,
    host: config.HOSTNAME,
    version: VERSION,
    labels: config.JOBS_RUNNER_LABELS,
    process: {
      canRestart: supervisor?.canRestart ?? false,
      replacesId: supervisor?.replacesId,
      supervisor: kind === 'BUILT_IN' && !isGuest ? 'server' : detectSupervisor(),
      end,
      onLogFollowed: () => runnerLog.follow(),
      setLogLevel: (level) => {
        log.level = level;
      },
    },
    events,
    notifier,
    listener,
    jobsModule: options.jobsModule,
  });

  const agents = createAgents({
    sql: enginePool,
    pool: enginePool,
    config,
    registry,
    events,
    notifier,
    listener,
    runnerId: runner.id,
  });

  const jobSettings = new JobSettingsWatch({
    ...{ sql: enginePool, registry, events, listener },
    onPausesChanged: () => runner.wakeUp(),
  });

  // Each has a connection of its own to open. Nothing is claimed before the listener would learn of a cancel request, and
  // before it is known which jobs are paused.
  await Promise.all([listener.start(), runner.open(), jobSettings.start()]);
  await runner.start();
  const declared = agents.start();
  return {
    runnerId: runner.id,
    declared,
    skipGrace: () => runner.skipGrace(),
    stop: async () => {
      // Both at once: work of an agent must not delay the end of claiming.
      await Promise.all([runner.stop(), agents.stop(), jobSettings.stop()]);
      await listener.close();
      await runnerLog.flush();
      await services.close().catch((error) => log.error({ err: error }, 'The services of the jobs failed to close'));
      await Promise.all([enginePool, claimPool, endPool].map((pool) => pool.end()));
      releaseErrors();
    },
  };
}

/** A worker that does nothing until it is stopped, so that its supervisor doesn't restart it repeatedly. */
function standBy(log: Logger): RunningWorker {
  log.warn(STANDBY_NOTE);
  const timer = setInterval(() => {}, 60_000);
  return { runnerId: '', declared: Promise.resolve(), skipGrace: () => {}, stop: async () => clearInterval(timer) };
}
