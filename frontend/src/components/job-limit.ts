import { JOB_PATTERN, MAX_JOB_PATTERNS } from '@job-manager/shared/job-patterns';
import { beyondJobs, type Permission, permissions } from '@job-manager/shared/permissions';

/** The patterns of a text, with commas or spaces between them; null for none. */
export function readJobPatterns(text: string): string[] | null {
  const patterns = [...new Set(text.split(/[\s,;]+/))].filter((pattern) => pattern !== '');
  return patterns.length === 0 ? null : patterns;
}

/** Why access with these permissions can't be limited to the jobs of a text; null where it can. */
export function validateJobLimit(jobs: string, given: readonly Permission[]): string | null {
  const beyond = readJobPatterns(jobs) === null ? [] : beyondJobs(given);
  if (beyond.length === 0) return validatePatterns(jobs);
  return `Does not go with what reaches beyond jobs: ${beyond.map((each) => permissions[each]).join('; ')}`;
}

function validatePatterns(text: string): string | null {
  const patterns = readJobPatterns(text) ?? [];
  const wrong = patterns.find((pattern) => !JOB_PATTERN.test(pattern));
  if (wrong !== undefined) return `“${wrong}” is no name of jobs: letters, digits, . : _ - and *`;
  return patterns.length > MAX_JOB_PATTERNS ? `At most ${MAX_JOB_PATTERNS}` : null;
}
