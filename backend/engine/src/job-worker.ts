import type { Logger } from 'pino';
import { type EmbeddedSettings, embeddedConfig, parseConfig } from './config.js';
import { awaitDatabase } from './database/await-database.js';
import { migrate } from './database/migrate.js';
import { createLog } from './log.js';
import type { AnyJob } from './queue/job.js';
import type { ServicesOption } from './queue/services.js';
import { postgresUrl } from './settings.js';
import { type RunningWorker, startWorker } from './worker.js';

export interface JobWorkerOptions {
  databaseUrl: string;
  /** The jobs that this process executes; runs of others wait for a process that has them. */
  jobs: AnyJob[];
  jobsModule?: string | undefined;
  /** Like those of `createJobManager`. */
  services?: ServicesOption | undefined;
  settings?: EmbeddedSettings | undefined;
  log?: Logger | undefined;
}

/**
 * Starts a worker for a Job Manager whose `runner` is `none`, in a process of its own. Waits for a database that can't be
 * reached (setting DATABASE_WAIT_MS), and applies the migrations it lacks: either of the two processes may start first.
 */
export async function startJobWorker({ settings, ...work }: JobWorkerOptions): Promise<RunningWorker> {
  const config = embeddedConfig(parseConfig(postgresUrl, work.databaseUrl), settings);
  const databaseUrl = config.DATABASE_URL;
  const log = work.log ?? createLog(config, 'worker');
  await awaitDatabase(() => migrate(databaseUrl, config), { log, waitMs: config.DATABASE_WAIT_MS });
  return startWorker({ ...work, databaseUrl, config, log, kind: 'WORKER', isGuest: true });
}
