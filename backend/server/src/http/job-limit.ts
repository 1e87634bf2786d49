import type { Policy } from '@job-manager/shared/contract/policy';
import { isJobWithin, type JobPatterns } from '@job-manager/shared/job-patterns';
import * as z from 'zod';
import type { CallContext, HttpDeps } from './context.js';
import { jobReachOf } from './job-reach.js';
import { createDeny } from './policy.js';
import { HttpProblem } from './problem.js';

/** What changes nothing: a limit to some jobs leaves it as it is. */
const READS: ReadonlySet<Policy> = new Set<Policy>([
  'public',
  'session',
  'signedIn',
  'view',
  'export',
  'viewErrors',
  'viewAudit',
]);

/** Whether a call is looked at where access is limited to some jobs. */
export const actsOnJobs = (policy: Policy): boolean => !READS.has(policy);

interface Given {
  schema: unknown;
  input: unknown;
}

/**
 * Refuses a call to those whose access is limited to some jobs where it acts on others, or on what belongs to no job.
 * The one place of this check, before any handler: what a call acts on is read by `job-reach.ts` from its input. Throws
 * a 403 problem.
 */
export function createJobLimit(deps: Pick<HttpDeps, 'pool' | 'refusals'>) {
  const deny = createDeny(deps);
  return async ({ req, route, identity }: CallContext, { schema, input }: Given): Promise<void> => {
    const patterns = identity?.jobPatterns ?? null;
    if (patterns === null || !actsOnJobs(route.policy)) return;
    const reach = jobReachOf(route.name);
    if (reach === undefined) return deny(req, identity, beyond(patterns));
    // As its handler will have it; invalid input is refused by the handler right after.
    const checked = schema instanceof z.ZodType ? await schema.safeParseAsync(input) : null;
    if (checked?.success === false) return;
    const jobNames = await reach(deps.pool, checked?.data);
    if (jobNames === null) return deny(req, identity, beyond(patterns));
    if (!jobNames.every((jobName) => isJobWithin(patterns, jobName))) return deny(req, identity, outside(patterns));
  };
}

const list = (patterns: JobPatterns): string => (patterns ?? []).join(', ');

/** The job itself is not named: a caller without `view` may not learn it. */
const outside = (patterns: JobPatterns) =>
  new HttpProblem(
    'FORBIDDEN',
    `This acts on a job outside of those that your access is limited to: ${list(patterns)}.`,
  );

const beyond = (patterns: JobPatterns) =>
  new HttpProblem(
    'FORBIDDEN',
    `This is not bounded by jobs, and your access is limited to some: ${list(patterns)}. Where the call takes a job or runs, name them.`,
  );
