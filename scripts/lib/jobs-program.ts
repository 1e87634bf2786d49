import { createJobsProgram as createProgram } from '@job-manager/server/cli/operate/program';
import type { Command } from 'commander';
import { withDatabase } from './database.js';

/** `pnpm jobs`: over the database of this clone, with the sample's jobs. */
export const createJobsProgram = (): Command =>
  createProgram({
    program: 'jobs.ts',
    loadJobs: async () => (await import('@job-manager/sample/registry')).jobs,
    withDatabase: (config, work) => withDatabase(config, ({ pool }) => work(pool)),
  });
