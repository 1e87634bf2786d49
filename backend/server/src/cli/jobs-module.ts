import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importJobs, type JobsExports } from '@job-manager/engine/queue/jobs-module';
import { createRegistry } from '@job-manager/engine/queue/registry';
import { RegistryError } from '@job-manager/engine/queue/validate-job';
import { Refusal } from './refusal.js';

export interface JobsModule extends JobsExports {
  /** Its URL, for processes that load it again. */
  jobsModule: string;
}

/** Loads the jobs of an application. Throws Refusal for a file that isn't there, can't be loaded or exports none. */
export async function loadJobs(file: string): Promise<JobsModule> {
  const path = resolve(file);
  if (!existsSync(path)) throw new Refusal(`There is no file ${path}.`);
  const jobsModule = pathToFileURL(path).href;
  const loaded = await importJobs(jobsModule).catch((error: Error & { code?: string }) => {
    if (error.code === 'ERR_UNKNOWN_FILE_EXTENSION')
      throw new Refusal(`Node can't run ${path}: name the compiled file, or start with node --import tsx.`);
    throw new Refusal(`${path} can't be loaded: ${error.stack ?? error.message}`);
  });
  const jobs: unknown = loaded.jobs;
  if (!Array.isArray(jobs)) throw new Refusal(`${path} exports no list called jobs.`);
  try {
    createRegistry(jobs);
  } catch (error) {
    throw error instanceof RegistryError ? new Refusal(`${path}: ${error.message}`) : error;
  }
  return { jobs, services: loaded.services, jobsModule };
}
