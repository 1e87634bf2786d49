import * as z from 'zod';
import { JOB_PATTERN, MAX_JOB_PATTERNS } from '../job-patterns.js';
import { beyondJobs, type Permission } from '../permissions.js';

/** Jobs that access is limited to; null for all. */
export const jobPatterns = z
  .array(z.string().regex(JOB_PATTERN, 'must be a name of jobs, with `*` for any characters: `media-*`'))
  .min(1, 'needs at least one; null for all jobs')
  .max(MAX_JOB_PATTERNS)
  .nullable()
  .describe('Jobs that may be seen and acted on, by name or with `*` for any characters (`media-*`); null for all');

/** Why these permissions can't be limited to some jobs; null where they can. */
export function validateJobLimit(limit: readonly string[] | null, permissions: readonly Permission[]): string | null {
  if (limit === null) return null;
  const [beyond] = beyondJobs(permissions);
  return beyond === undefined ? null : `can't be given together with "${beyond}", which reaches beyond jobs`;
}
