import { checkParameters as checkStorable } from '@job-manager/client/check-parameters';
import { plainJson } from '@job-manager/client/json-value';
import {
  A_PARAMETER,
  type CheckedInput,
  checkForeignInput,
  checkInput,
  describeIssues,
  within,
} from '@job-manager/shared/check-input';
import { channelName, declaredJobName, priority, retryPolicy } from '@job-manager/shared/contract/enqueue-options';
import { type ScheduleSettings, scheduleSettings } from '@job-manager/shared/contract/schedules';
import { limits } from '@job-manager/shared/limits';
import * as z from 'zod';
import { QueueError } from './errors.js';
import type { AnyJob, CodeSchedule } from './job.js';
import { findTimingProblem } from './schedules/check.js';

/** A process that has loaded the jobs takes 150 MB before it has done anything. */
const MIN_MEMORY_MB = 256;

/** A definition that can't be offered; the message names the job and the problem. */
export class RegistryError extends Error {}

/** Throws RegistryError for a definition that is incomplete or wrong. */
export function validateJob(job: AnyJob): void {
  const problem = findProblem(job);
  if (problem) throw new RegistryError(`Job "${job.name}": ${problem}`);
}

function findProblem(job: AnyJob): string | undefined {
  const name = declaredJobName.safeParse(job.name);
  if (!name.success) return `the name ${name.error.issues[0]?.message}`;
  if (!job.description?.trim()) return 'description is required';
  if (job.examples?.some((example) => !example.trim())) return 'an example is empty';
  if (job.algorithmVersion !== undefined && !job.algorithmVersion.trim()) return 'algorithmVersion is empty';
  if (typeof job.run !== 'function') return 'run must be a function';
  if (!channelName.safeParse(job.channel ?? 'default').success)
    return `channel must be lower case letters, digits and hyphens, not "${job.channel}"`;
  if (!priority.safeParse(job.priority ?? 0).success)
    return `priority must be whole, from -${limits.priority} to ${limits.priority}`;
  if ((job.slowAfterMs ?? 1) <= 0) return 'slowAfterMs must be positive';
  if (!isTimeout(job.timeoutMs ?? 1)) return `timeoutMs must be whole and at most ${limits.farMs}, which are 10 years`;
  if (job.memoryLimitMb !== undefined && !job.isolated) return 'memoryLimitMb needs isolated: true';
  if (!isMemoryLimit(job.memoryLimitMb ?? MIN_MEMORY_MB))
    return `memoryLimitMb must be whole and at least ${MIN_MEMORY_MB}`;
  const problem = findSchemaProblem(job.parameters);
  if (problem !== undefined) return problem;
  return findRetryProblem(job) ?? findDefaultsProblem(job) ?? findScheduleProblem(job);
}

/** Schemas of zod 3 have no `_zod`, and name their kind in `_def`. */
function findSchemaProblem(schema: unknown): string | undefined {
  if (schema instanceof z.ZodObject) return undefined;
  const { _zod, _def } = (schema ?? {}) as { _zod?: unknown; _def?: { typeName?: unknown } };
  if (_zod === undefined && typeof _def?.typeName === 'string')
    return "parameters is a schema of zod 3, and must be one of zod 4: install zod@4, or import it from 'zod/v4'";
  return 'parameters must be a zod object';
}

const isMemoryLimit = (mb: number): boolean => Number.isSafeInteger(mb) && mb >= MIN_MEMORY_MB;
const isTimeout = (ms: number): boolean => Number.isInteger(ms) && ms > 0 && ms <= limits.farMs;

function findDefaultsProblem(job: AnyJob): string | undefined {
  const presets = Object.entries(job.presets ?? {}).map(([name, given]) => [`presets.${name}`, given] as const);
  for (const [name, given] of [['defaultParams', job.defaultParams] as const, ...presets]) {
    const problem = given === undefined ? undefined : findGivenProblem(job, name, given);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** What is wrong with parameters that the code of a job gives under a name. */
function findGivenProblem(job: AnyJob, name: string, given: Record<string, unknown>): string | undefined {
  try {
    const text = JSON.stringify(given);
    if (typeof text !== 'string' || !isSame(JSON.parse(text), given)) return `${name} must be JSON`;
  } catch {
    return `${name} must be JSON-serializable`;
  }
  const checked = checkForeignInput(job.parameters, given, A_PARAMETER);
  // Asynchronous checks run where the parameters are used.
  if (checked instanceof Promise || checked.success) return undefined;
  return `${name} do not pass its own schema: ${describeIssues(checked.issues)}`;
}

function findScheduleProblem(job: AnyJob): string | undefined {
  for (const schedule of job.schedules ?? []) {
    const problem = findCodeScheduleProblem(schedule, new Date());
    if (problem !== undefined) return problem;
    try {
      checkParameters(job, schedule.parameters ?? {})?.catch(() => {});
    } catch (error) {
      return `schedule "${schedule.name}": ${(error as Error).message}`;
    }
  }
  return undefined;
}

/** Throws RegistryError where two jobs have a schedule of the same name. */
export function validateScheduleNames(schedules: ScheduleSettings[]): void {
  const jobOf = new Map<string, string>();
  for (const { name, jobName } of schedules) {
    const other = jobOf.get(name);
    if (other !== undefined)
      throw new RegistryError(`Job "${jobName}": schedule "${name}" is there twice, also in "${other}"`);
    jobOf.set(name, jobName);
  }
}

/** Functions, dates and undefined don't survive JSON. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return Object.is(a, b);
  const keys = Object.keys(b);
  return (
    Object.getPrototypeOf(a) === Object.getPrototypeOf(b) &&
    keys.length === Object.keys(a).length &&
    keys.every((key) => isSame(a[key as keyof object], b[key as keyof object]))
  );
}

/** Throws QueueError for parameters that don't fit a job, or the promise that is returned does. */
export function checkParameters(job: AnyJob, parameters: unknown): Promise<void> | undefined {
  checkStorable(parameters);
  // As the run will find them: a Date is a text then.
  const checked = checkForeignInput(job.parameters, plainJson(parameters, 'parameters'), A_PARAMETER);
  if (checked instanceof Promise) return checked.then(refuseWrong);
  refuseWrong(checked);
  return undefined;
}

function refuseWrong(checked: CheckedInput<unknown>): void {
  if (checked.success) return;
  const issues = within('parameters', checked.issues);
  throw new QueueError('INVALID_PARAMETERS', describeIssues(issues), issues);
}

const times = z.number().int().min(1).max(limits.attempts);
/** Missing fields have defaults; an unknown field is a mistake. */
const partialPolicy = retryPolicy.partial();

/** The problem with the retry policy of a job; undefined for none. */
function findRetryProblem({ maxAttempts = 1, maxCrashes = 1, retry = {} }: AnyJob): string | undefined {
  const most = `must be whole, from 1 to ${limits.attempts}`;
  if (!times.safeParse(maxAttempts).success) return `maxAttempts ${most}`;
  if (!times.safeParse(maxCrashes).success) return `maxCrashes ${most}`;
  const checked = checkInput(partialPolicy, retry, 'field of retry');
  return checked.success ? undefined : describeIssues(within('retry', checked.issues));
}

/** What is wrong with a schedule in the code of a job, its parameters apart; undefined for nothing. */
function findCodeScheduleProblem(schedule: CodeSchedule, now: Date): string | undefined {
  const checked = checkInput(scheduleSettings.omit({ jobName: true }), schedule, 'field of a schedule');
  const problem = checked.success ? findTimingProblem(checked.data, now)?.message : describeIssues(checked.issues);
  return problem === undefined ? undefined : `schedule "${schedule.name}": ${problem}`;
}
