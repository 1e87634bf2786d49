import type { AnyJob } from './job.js';
import type { ServicesOption } from './services.js';

/** What a module of jobs exports, for processes that load it themselves. */
export interface JobsExports {
  jobs: AnyJob[];
  services?: ServicesOption;
}

/** Loads a module of jobs by its URL; what it exports is not checked. */
export async function importJobs(jobsModule: string): Promise<JobsExports> {
  const loaded = await import(jobsModule);
  // What a CommonJS module exports is its default, and by name only what Node finds out.
  return { ...loaded.default, ...loaded };
}
