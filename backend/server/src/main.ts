import { createServer, type Server } from 'node:http';
import { type Config, ConfigError, configEnvironment } from '@job-manager/engine/config';
import { isProcessRunning, startTimeOf } from '@job-manager/engine/database/process-start';
import type { AnyJob } from '@job-manager/engine/queue/job';
import type { Rescuer } from '@job-manager/engine/queue/maintenance/rescuer';
import { catchStrayErrors } from '@job-manager/engine/queue/stray-errors';
import { STANDBY_NOTE } from '@job-manager/engine/standby';
import { readLivingRunners } from '@job-manager/engine/store/runners';
import type pg from 'pg';
import type { Logger } from 'pino';
import { createAlertAgent } from './alerts/agent.js';
import { createSessions } from './auth/sessions.js';
import { BuiltInRunner } from './built-in-runner.js';
import { BuiltInRunners } from './built-in-runners.js';
import { createServerEngine, type ServerEngine } from './server-engine.js';
import { createServerHttp } from './server-http.js';

export interface ServerOptions {
  config: Config;
  databaseUrl: string;
  log: Logger;
  /** What can be run. */
  jobs: AnyJob[];
  /** File URL of the module that exports them as `jobs`, for the processes of the built-in runners. */
  jobsModule: string;
}

export interface RunningServer {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  url: string;
  /** The processes of the built-in runners. */
  runnerPids(): number[];
  /** Lets runs end or go back to the queue, then closes everything but the database. */
  close(): Promise<void>;
}

/** Starts panel, API, socket and, unless switched off, the built-in runner. Throws ConfigError for a taken port. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, databaseUrl, log, jobs, jobsModule } = options;
  const engine = createServerEngine({ config, databaseUrl, log, jobs });
  // No request, message or row ends the server: an error that no handler catches is logged.
  const releaseErrors = catchStrayErrors(engine.events);
  const sessions = await createSessions({ sql: engine.pool, refusals: engine.refusals, config });
  let closing: Promise<void> | undefined;
  const runners = createBuiltInRunners(engine, { databaseUrl, jobsModule });
  const http = createServerHttp(engine, { sessions, isClosing: () => closing !== undefined, runnersHere: runners });
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, http.app);
  const gateway = http.attach(server);
  const alerts = createAlertAgent({ sql: engine.pool, events: engine.events, health: http.health, config });

  await listen(server, config);
  await engine.listener.start();
  await engine.jobSettings.start();
  if (config.DATABASE_URL === undefined && !config.JOBS_STANDBY)
    await buryKilledRunners(engine.pool, engine.agents.rescuer);
  await engine.agents.start();
  if (!config.JOBS_STANDBY) {
    alerts.start();
    http.sampler.start();
  }
  if (config.JOBS_RUNNER && !config.JOBS_STANDBY) runners.startAnother();
  if (config.JOBS_STANDBY) log.warn(STANDBY_NOTE);

  return {
    url: addressOf(server),
    runnerPids: () => runners.pids,
    close: () => {
      closing ??= close();
      return closing;
    },
  };

  async function close(): Promise<void> {
    // At once, all of them: a busy agent must not delay that the runners stop claiming.
    await Promise.all([runners.stop(), engine.agents.stop(), alerts.stop(), http.sampler.stop()]);
    gateway.close();
    await closeServer(server);
    await engine.close();
    releaseErrors();
  }
}

type RunnerPlace = Pick<ServerOptions, 'databaseUrl' | 'jobsModule'>;

function createBuiltInRunners(engine: ServerEngine, place: RunnerPlace): BuiltInRunners {
  const { JOBS_RUNNER, JOBS_STANDBY, JOBS_MAX_BUILT_IN: max } = engine.config;
  const create = () => createBuiltInRunner(engine, place);
  if (JOBS_STANDBY)
    return new BuiltInRunners({ create, max, refusal: 'This server does nothing by itself: JOBS_STANDBY is on.' });
  if (!JOBS_RUNNER)
    return new BuiltInRunners({ create, max, refusal: 'This server starts no runners: JOBS_RUNNER is off.' });
  return new BuiltInRunners({ create, max });
}

function createBuiltInRunner({ config, log, agents }: ServerEngine, place: RunnerPlace): BuiltInRunner {
  return new BuiltInRunner({
    ...place,
    env: configEnvironment(config),
    drainMs: config.JOBS_DRAIN_MS,
    log,
    // Lost here, its runs come back when their lease ends.
    onCrash: (runnerId) =>
      agents.rescuer.recoverDeadRunner(runnerId).then(
        () => {},
        (error) => log.warn({ err: error }, 'Runs wait for their lease to end'),
      ),
  });
}

/**
 * The embedded database serves this machine alone, so a runner whose process is gone was killed: its runs
 * needn't wait for their lease to end.
 */
async function buryKilledRunners(pool: pg.Pool, rescuer: Rescuer): Promise<void> {
  const runners = await readLivingRunners(pool);
  for (const { id, pid, startedAt } of runners) if (!isItself(pid, startedAt)) await rescuer.recoverDeadRunner(id);
}

/** Whether the process that registered a runner then still has that pid: in a container the next process gets the same. */
function isItself(pid: number, registeredAt: Date): boolean {
  if (!isProcessRunning(pid)) return false;
  const startedAt = startTimeOf(pid);
  return startedAt === undefined || startedAt.getTime() <= registeredAt.getTime() + CLOCK_STEP_MS;
}

/** Both clocks are those of this machine; that of its start is rounded to a second. */
const CLOCK_STEP_MS = 2_000;

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
