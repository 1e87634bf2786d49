import type { AnyJob } from '../queue/job.js';

/** Every job, one line each. A job is added by writing its file and naming it here. */
export const jobs: AnyJob[] = [];
