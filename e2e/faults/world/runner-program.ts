import { readConfig } from '@job-manager/engine/config';
import { createLog } from '@job-manager/engine/log';
import { startWorker, type WorkerOptions } from '@job-manager/engine/worker';
import { RESTART_EXIT_CODE } from '@job-manager/shared/runner';
import { createFaultJobs } from './fault-jobs.js';
import type { Word } from './program.js';

/** The runner as `pnpm worker:jobs` starts it, with the jobs of this suite and `more`. Resolves once it claims. */
export async function main(more: Partial<Pick<WorkerOptions, 'jobs' | 'jobsModule'>> = {}): Promise<void> {
  const config = readConfig();
  let skipGrace: (() => void) | undefined;
  let code = 0;
  let obey: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    // One listener for all of them: between two, a signal would end the process on the spot.
    process.on('SIGTERM', () => {
      skipGrace?.();
      resolve();
    });
    // The parent process is gone, killed perhaps.
    process.once('disconnect', () => resolve());
    obey = resolve;
  });
  const worker = await startWorker({
    config,
    databaseUrl: config.DATABASE_URL ?? '',
    kind: 'WORKER',
    log: createLog(config, 'runner'),
    jobs: [...createFaultJobs(process.env.FAULTS_FOLDER ?? ''), ...(more.jobs ?? [])],
    jobsModule: more.jobsModule,
    supervisor: {
      canRestart: config.JOBS_SUPERVISED,
      end: (how) => {
        code = how === 'restart' ? RESTART_EXIT_CODE : 0;
        obey();
      },
    },
  });
  process.send?.({ type: 'ready' } satisfies Word);
  void ended.then(async () => {
    skipGrace = () => worker.skipGrace();
    await worker.stop();
    process.exit(code);
  });
}
