import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type EmbeddedSettings, embeddedConfig, parseConfig } from '@job-manager/engine/config';
import { awaitDatabase } from '@job-manager/engine/database/await-database';
import { migrate } from '@job-manager/engine/database/migrate';
import type { JobWorkerOptions } from '@job-manager/engine/job-worker';
import { createLog } from '@job-manager/engine/log';
import type { AnyJob } from '@job-manager/engine/queue/job';
import type { Queue } from '@job-manager/engine/queue/queue';
import type { ServicesOption } from '@job-manager/engine/queue/services';
import { postgresUrl } from '@job-manager/engine/settings';
import { startWorker } from '@job-manager/engine/worker';
import type { Logger } from 'pino';
import * as z from 'zod';
import { createAlertAgent } from './alerts/agent.js';
import { createHostUsers, type Identify } from './auth/host-users.js';
import { placeAt } from './http/mounted.js';
import { createServerEngine, type ServerEngine } from './server-engine.js';
import { createServerHttp } from './server-http.js';

export interface JobManagerOptions<Jobs extends readonly AnyJob[] = readonly AnyJob[]> {
  /**
   * The PostgreSQL database for Job Manager's tables, which may be the application's own: they get the schema
   * `job_manager`.
   */
  databaseUrl: string;
  /** What can be run, each made with `defineJob`. */
  jobs: Jobs;
  /**
   * File URL of the module that exports them as `jobs`, for the processes of isolated jobs; needed where there are any.
   */
  jobsModule?: string | undefined;
  /**
   * What jobs get as `ctx.services`: an object, which stays the application's to close, or a function that makes it and
   * names the resource to close. The processes of isolated jobs get what `jobsModule` exports as `services`.
   */
  services?: ServicesOption | undefined;
  /** Where `router` is mounted, such as `/ops/jobs`. */
  path: string;
  /**
   * The path at which browsers find it, such as `/tools/ops/jobs` behind a proxy that strips `/tools`; `path` by
   * default.
   */
  publicPath?: string | undefined;
  /**
   * Returns who makes a request, by the application's own means; null for no person. Called for every call, for the
   * socket when it is opened and every 30 seconds after. The socket's request is Node's own, which no middleware
   * has seen: what identifies people must be readable from its headers. `withMiddleware` runs some on it.
   */
  identify: Identify;
  /** Where the panel sends people to sign in; `{next}` in it becomes the address they come from. */
  signInUrl?: string | undefined;
  /** Whether runs are executed in this process, which is the default, or by workers elsewhere. */
  runner?: 'here' | 'none' | undefined;
  /** What docs/configuration.md lists, by the same names and with the same defaults. The environment is not read. */
  settings?: EmbeddedSettings | undefined;
  log?: Logger | undefined;
}

/** Job Manager as a part of another application. One per process is meant. */
export interface JobManager<Jobs extends readonly AnyJob[] = readonly AnyJob[]> {
  /**
   * API, health, metrics and panel, to be mounted with `app.use(path, router)`; in a server without `use` it takes each
   * request, and leaves those for other paths to `next`. Answers 503 until it is started.
   */
  router: (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;
  /** Calls of the engine: enqueue, cancel and the like. The compiler checks names and parameters of the jobs. */
  queue: Queue<Jobs>;
  /** Serves the panel's socket on this server; sockets on other paths stay the application's. */
  attach(server: Server): void;
  /**
   * Applies the migrations the database lacks and begins to work. Waits for a database that can't be reached (setting
   * DATABASE_WAIT_MS). Rejects where it can't begin, and may be called again.
   */
  start(): Promise<void>;
  /**
   * Lets runs end or go back to the queue, closes sockets and connections. The application's server is its own to
   * close.
   */
  close(): Promise<void>;
}

const mountPath = z
  .string()
  .regex(/^\/([\w.~-]+(\/[\w.~-]+)*\/?)?$/, 'must be a path such as /ops/jobs, of letters, digits and . _ ~ -')
  .transform((path) => path.replace(/\/$/, ''));

const options = z.strictObject({
  databaseUrl: postgresUrl,
  jobs: z.array(z.custom<AnyJob>((job) => typeof job === 'object', 'must be made with defineJob')),
  jobsModule: z.url({ protocol: /^file$/, error: 'must be a file URL, such as import.meta.resolve gives' }).optional(),
  services: z
    .custom<ServicesOption>(
      (services) => typeof services === 'function' || (typeof services === 'object' && services !== null),
      'must be an object, or a function that makes one',
    )
    .optional(),
  path: mountPath,
  publicPath: mountPath.optional(),
  identify: z.custom<Identify>((identify) => typeof identify === 'function', 'must be a function'),
  signInUrl: z
    .string()
    .regex(/^(\/(?![/\\])|https?:\/\/)/, 'must be a path of this host, or an address with http:// or https://')
    .optional(),
  runner: z.enum(['here', 'none']).default('here'),
  settings: z.custom<EmbeddedSettings>().optional(),
  log: z.custom<Logger>().optional(),
});

/**
 * Makes a Job Manager that another application mounts. Throws ConfigError for an option that is unknown or can't be
 * used.
 */
export function createJobManager<Jobs extends readonly AnyJob[]>(given: JobManagerOptions<Jobs>): JobManager<Jobs> {
  const {
    databaseUrl: url,
    jobs,
    jobsModule,
    services,
    path: mount,
    publicPath = mount,
    identify,
    signInUrl,
    runner,
    settings,
    ...rest
  } = parseConfig(options, given);
  const config = embeddedConfig(url, settings);
  const databaseUrl = config.DATABASE_URL;
  const log = rest.log ?? createLog(config, 'jobs');
  const engine = createServerEngine({ config, databaseUrl, log, jobs });
  const sessions = createHostUsers({ sql: engine.pool, identify });
  let isOpen = false;
  let starting: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  const waiting = new AbortController();
  const host = { mount, publicPath, signInUrl, isOpen: () => isOpen };
  const http = createServerHttp(engine, { sessions, host, isClosing: () => closing !== undefined });
  const alerts = createAlertAgent({
    sql: engine.pool,
    events: engine.events,
    health: http.health,
    config,
    mount: publicPath,
  });
  const closeSockets: (() => void)[] = [];
  let stopWork: () => Promise<void> = async () => {};

  return {
    router: placeAt(mount, http.app),
    // The same; the types of the jobs do not exist at run time.
    queue: engine.queue as unknown as Queue<Jobs>,
    attach: (server) => {
      const gateway = http.attach(server);
      closeSockets.push(() => gateway.close());
    },
    start: () => {
      starting ??= start().catch((error) => {
        starting = undefined;
        throw error;
      });
      return starting;
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };

  async function start(): Promise<void> {
    const wait = { log, waitMs: config.DATABASE_WAIT_MS, signal: waiting.signal };
    await awaitDatabase(() => migrate(databaseUrl, config), wait);
    await engine.listener.start();
    await engine.jobSettings.start();
    stopWork = await startWork(engine, { databaseUrl, jobs, jobsModule, services, runner });
    if (!config.JOBS_STANDBY) {
      alerts.start();
      http.sampler.start();
    }
    isOpen = true;
  }

  async function close(): Promise<void> {
    waiting.abort();
    // One that is still starting has to be there before it can end.
    await starting?.catch(() => {});
    isOpen = false;
    await Promise.all([stopWork(), alerts.stop(), http.sampler.stop()]);
    for (const closeSocket of closeSockets) closeSocket();
    await engine.close();
  }
}

/** Begins the work for all processes, and to execute runs where they are executed here. Returns how to end it. */
async function startWork(
  { config, log, agents }: ServerEngine,
  {
    runner,
    ...work
  }: Pick<JobWorkerOptions, 'databaseUrl' | 'jobs' | 'jobsModule' | 'services'> & { runner: 'here' | 'none' },
): Promise<() => Promise<void>> {
  if (runner === 'none') {
    await agents.start();
    return () => agents.stop();
  }
  // A worker brings its own agents.
  const worker = await startWorker({ ...work, config, kind: 'BUILT_IN', log, isGuest: true });
  await worker.declared;
  return () => worker.stop();
}
