/** Jobs that a role or an API token is limited to: names, or names with `*` for any characters. Null: all jobs. */
export type JobPatterns = readonly string[] | null;

export const MAX_JOB_PATTERNS = 20;

/** A pattern as it may be written: of the characters of job names (`declaredJobName`), and `*`. */
export const JOB_PATTERN = /^[\w.:*-]{1,100}$/;

/** Whether a limit to these jobs leaves this one in. */
export const isJobWithin = (patterns: JobPatterns, jobName: string): boolean =>
  patterns === null || patterns.some((pattern) => matches(pattern, jobName));

/** The same text for the same jobs in any order, and another for any others; `''` stands for all jobs alone. */
export const keyOfJobPatterns = (patterns: JobPatterns): string =>
  patterns === null ? '' : JSON.stringify(patterns.toSorted());

/** By the parts between the `*`, each where it occurs first: no text makes this slow. */
function matches(pattern: string, name: string): boolean {
  const [start = '', ...others] = pattern.split('*');
  const end = others.pop();
  if (end === undefined) return name === pattern;
  if (!name.startsWith(start)) return false;
  let position = start.length;
  for (const part of others) {
    const found = name.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return name.length - end.length >= position && name.endsWith(end);
}
