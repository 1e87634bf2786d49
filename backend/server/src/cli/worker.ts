import { type Config, forgetSecretSettings, readConfig, unknownSettings } from '@job-manager/engine/config';
import { RESTART_EXIT_CODE } from '@job-manager/shared/runner';
import type { Logger } from 'pino';
import type { JobsModule } from './jobs-module.js';
import { reportFailure } from './refusal.js';
import { Resources } from './resources.js';
import { onStopSignals } from './stop-signals.js';
import { complain } from './terminal.js';

export interface WorkerCommand {
  /** Runs at once; the setting JOBS_CONCURRENCY unless given. */
  concurrency?: number;
  loadJobs(): Promise<JobsModule>;
  /** Makes the database ready, however long it takes; how it is reached. */
  openDatabase(config: Config, place: { log: Logger; resources: Resources; signal: AbortSignal }): Promise<string>;
}

/** Executes queued runs until this process receives the signal to stop, and ends the process. */
export async function runWorker({ concurrency, loadJobs, openDatabase }: WorkerCommand): Promise<never> {
  const resources = new Resources();
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
  let skipGrace: (() => void) | undefined;
  // The second request hands runs back without waiting for any to end; a third one ends the process at once.
  const force = () => {
    if (!skipGrace) process.exit(130);
    skipGrace();
    skipGrace = undefined;
  };
  /** Drains and ends the process; the last request decides on the code. */
  const end = (code: number) => {
    process.exitCode = code;
    stopping.abort();
  };
  onStopSignals({ stop: () => end(0), force });

  try {
    await Promise.race([work(), stopped]);
    await stopped;
  } catch (error) {
    reportFailure(error);
    process.exitCode = 1;
  }
  await resources.closeAll().catch(reportFailure);
  process.exit();

  async function work(): Promise<void> {
    const config = readConfig({ ...process.env, ...(concurrency && { JOBS_CONCURRENCY: String(concurrency) }) });
    forgetSecretSettings();
    for (const unknown of unknownSettings()) complain(unknown);
    const { jobs, jobsModule, services } = await loadJobs();
    const [{ startWorker }, { createLog }] = await Promise.all([
      import('@job-manager/engine/worker'),
      import('@job-manager/engine/log'),
    ]);
    const log = createLog(config, 'worker');
    const databaseUrl = await openDatabase(config, { log, resources, signal: stopping.signal });
    stopping.signal.throwIfAborted();
    const supervisor = {
      canRestart: config.JOBS_SUPERVISED,
      end: (how: 'stop' | 'restart' | 'outdated') => {
        if (how !== 'outdated') log.info(`Ends because an operator requested a ${how}`);
        end({ stop: 0, restart: RESTART_EXIT_CODE, outdated: 1 }[how]);
      },
    };
    const given = { jobs, jobsModule, services };
    const starting = startWorker({ config, databaseUrl, kind: 'WORKER', log, supervisor, ...given });
    ({ skipGrace } = await resources.hold(starting, (worker) => worker.stop()));
  }
}
