import { pausing, resuming } from './pause-named.js';

/** The settings of jobs, by their names. */
export const JOB_SETTINGS = { table: '"JobSettings"', key: '"jobName"' };

/**
 * Lets no run of a job start, once runners know of it; one that is paused is paused anew. False, and nothing, for a
 * `resumeAt` that has passed.
 */
export const pauseJob = pausing(JOB_SETTINGS, 'job');

/** Lets a paused job go on. False, and nothing, where it isn't paused. */
export const resumeJob = resuming(JOB_SETTINGS, 'job');
