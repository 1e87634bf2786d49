import { checkInput, describeIssues, within } from '@job-manager/shared/check-input';
import { retryPolicy } from '@job-manager/shared/contract/enqueue-options';
import { limits } from '@job-manager/shared/limits';
import * as z from 'zod';
import type { AnyJob } from './job.js';

const times = z.number().int().min(1).max(limits.attempts);
/** What is left out is as usual; an unknown word is a mistake. */
const partialPolicy = retryPolicy.partial();

/** What is wrong with how a job wants its runs repeated, in words; undefined where nothing is. */
export function findRetryFault({ maxAttempts = 1, maxCrashes = 1, retry = {} }: AnyJob): string | undefined {
  const most = `must be whole, from 1 to ${limits.attempts}`;
  if (!times.safeParse(maxAttempts).success) return `maxAttempts ${most}`;
  if (!times.safeParse(maxCrashes).success) return `maxCrashes ${most}`;
  const checked = checkInput(partialPolicy, retry, 'field of retry');
  return checked.success ? undefined : describeIssues(within('retry', checked.issues));
}
