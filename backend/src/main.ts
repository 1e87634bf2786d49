import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { Logger } from 'pino';
import { createSessions } from './auth/sessions.js';
import { BuiltInRunner } from './built-in-runner.js';
import { type Config, ConfigError, configEnvironment } from './config.js';
import { createPool, createPrisma } from './database/client.js';
import { isAlive } from './database/file-lock.js';
import { pendingMigrations } from './database/migrate.js';
import { HealthCheck } from './health/health-check.js';
import { healthLimits } from './health/limits.js';
import { createHttpApp } from './http/app.js';
import { jobs as productJobs } from './jobs/registry.js';
import { Gateway } from './live/gateway.js';
import { LivePicture } from './live/picture.js';
import { RunTails } from './live/run-tails.js';
import { QueueEvents } from './queue/events.js';
import { createExternalRuns } from './queue/external/runs.js';
import type { AnyJob } from './queue/job.js';
import { logQueueEvents } from './queue/log-events.js';
import { MaintenanceLoop } from './queue/maintenance/maintenance-loop.js';
import { pruningTasks } from './queue/maintenance/pruner.js';
import { Rescuer } from './queue/maintenance/rescuer.js';
import { createQueue } from './queue/queue.js';
import { createRedaction } from './queue/redaction.js';
import { createRegistry } from './queue/registry.js';
import { catchStrayErrors } from './queue/stray-errors.js';
import { retentionPolicy } from './retention.js';
import { Listener } from './store/listener.js';
import { NotificationProbe } from './store/notification-probe.js';
import { Notifier } from './store/notifier.js';
import { readLivingRunners } from './store/runners.js';
import { VERSION } from './version.js';

const PANEL = fileURLToPath(new URL('../../frontend/dist', import.meta.url));

export interface ServerOptions {
  config: Config;
  databaseUrl: string;
  log: Logger;
  /** Instead of the product's own, for tests of the whole program. */
  jobs?: AnyJob[];
}

export interface RunningServer {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  url: string;
  /** The built-in runner's process, when there is one. */
  runnerPid(): number | undefined;
  /** Lets runs end or go back to the queue, then closes everything but the database. */
  close(): Promise<void>;
}

/** Starts panel, API, socket and, unless switched off, the built-in runner. Throws ConfigError for a taken port. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, databaseUrl, log, jobs = productJobs } = options;
  const registry = createRegistry(jobs);
  const pool = createPool(databaseUrl, { max: 12, statementTimeoutMs: 30_000 });
  const db = createPrisma(pool);
  const listener = new Listener(config.DATABASE_LISTEN_URL ?? databaseUrl, [
    'changed',
    'progress',
    'messages',
    'access',
    'probe',
  ]);
  const events = new QueueEvents();
  logQueueEvents(events, log);
  // A server never dies from a request, a message or a row: what slips through every handler is logged.
  const releaseErrors = catchStrayErrors(events);
  const notifier = new Notifier(pool);
  const stalledAfterMs = config.JOBS_STALLED_AFTER_MS;
  const queue = createQueue({
    sql: pool,
    registry,
    notifier,
    stalledAfterMs,
    forceFailAfterMs: config.JOBS_FORCE_FAIL_AFTER_MS,
  });
  const external = createExternalRuns({
    sql: pool,
    registry,
    notifier,
    mostActive: config.JOBS_MAX_EXTERNAL,
    inactiveAfterMs: config.JOBS_INACTIVE_AFTER_MS,
    messagesPerRun: config.JOBS_MESSAGES_PER_RUN,
    redaction: createRedaction(config.JOBS_REDACT_KEYS),
  });
  const rescuer = new Rescuer({ sql: pool, events, notifier, stalledAfterMs, sweepMs: config.JOBS_SWEEP_MS });
  const maintenance = new MaintenanceLoop({
    sql: pool,
    events,
    tasks: pruningTasks(pool, retentionPolicy(config)),
    everyMs: config.JOBS_MAINTENANCE_MS,
  });
  const picture = new LivePicture({
    sql: pool,
    listener,
    onFault: (error) => log.warn({ err: error }, 'The live picture could not be read'),
  });
  const tails = new RunTails({
    sql: pool,
    listener,
    onFault: (error) => log.warn({ err: error }, 'What a followed run says could not be read'),
  });
  const sessions = await createSessions({ sql: pool, config });
  let closing: Promise<void> | undefined;

  const health = new HealthCheck({
    pool,
    probe: new NotificationProbe(pool, listener),
    registry,
    pendingMigrations,
    isClosing: () => closing !== undefined,
    version: VERSION,
    limits: healthLimits(config),
  });
  const app = createHttpApp({
    config,
    pool,
    db,
    queue,
    external,
    registry,
    sessions,
    log,
    health,
    ...(existsSync(PANEL) && { panelDir: PANEL }),
  });
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, app);
  const gateway = new Gateway({ server, config, sessions, picture, tails, listener, log });
  const runner = new BuiltInRunner({
    databaseUrl,
    env: configEnvironment(config),
    drainMs: config.JOBS_DRAIN_MS,
    log,
    // Lost here, its runs come back when their lease ends.
    onDeath: (runnerId) =>
      void rescuer.buryRunner(runnerId).catch((error) => log.warn({ err: error }, 'Runs wait for their lease to end')),
  });

  await listen(server, config);
  await listener.start();
  if (config.DATABASE_URL === undefined) await buryKilledRunners(pool, rescuer);
  rescuer.start();
  maintenance.start();
  if (config.JOBS_RUNNER) runner.start();

  return {
    url: addressOf(server),
    runnerPid: () => runner.pid,
    close: () => {
      closing ??= close();
      return closing;
    },
  };

  async function close(): Promise<void> {
    rescuer.stop();
    await maintenance.stop();
    await runner.stop();
    gateway.close();
    await closeServer(server);
    await listener.close();
    await notifier.flush();
    await db.$disconnect();
    await pool.end();
    releaseErrors();
  }
}

/**
 * The embedded database serves this machine alone, so a runner whose process is gone was killed: its runs
 * needn't wait for their lease to end.
 */
async function buryKilledRunners(pool: pg.Pool, rescuer: Rescuer): Promise<void> {
  const runners = await readLivingRunners(pool);
  for (const { id, pid } of runners) if (!isAlive(pid)) await rescuer.buryRunner(id);
}

function listen(server: Server, config: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(isTaken ? new ConfigError(`PORT ${config.PORT} is taken; set PORT to a free one`) : error);
    });
    server.listen(config.PORT, config.HOST, resolve);
  });
}

function addressOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server listens on no port');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

/** Idle connections are closed at once, busy ones get a moment to end. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 2_000).unref();
  });
}
