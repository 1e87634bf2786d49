import { checkParameters as checkStorable } from '@job-manager/client/check-parameters';
import { plainJson } from '@job-manager/client/json-value';
import type { JobSettings } from '@job-manager/client/request';
import {
  A_PARAMETER,
  type CheckedInput,
  checkForeignInput,
  describeIssues,
  within,
} from '@job-manager/shared/check-input';
import { channelName, declaredJobName, priority } from '@job-manager/shared/contract/enqueue-options';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import type { ScheduleSettings } from '@job-manager/shared/contract/schedules';
import { limits } from '@job-manager/shared/limits';
import { describeParameters } from '@job-manager/shared/parameters-schema';
import { defaultMaxAttempts, defaultMaxCrashes, defaultRetry, type RetryPolicy } from '@job-manager/shared/retry';
import { defaultSlowAfterMs, slowPartOfTimeout } from '@job-manager/shared/run';
import * as z from 'zod';
import type { JobSettingsRow } from '../store/job-settings.js';
import { type JobVersion, versionOf } from '../store/job-version.js';
import { QueueError } from './errors.js';
import type { AnyJob } from './job.js';
import { findRetryFault } from './retry-fault.js';
import { codeSchedulesOf, findCodeScheduleFault } from './schedules/in-code.js';

const TIMEOUT_MS = 60 * 60_000;
/** A process that has loaded the jobs takes 150 MB before it has done anything. */
const LEAST_MEMORY_MB = 256;

/** A version of a job whose code is here. */
export interface DeclaredVersion extends JobVersion {
  /** What processes without the code show of the job; null for one that is offered to nobody. */
  definition: JobDefinition | null;
}

/** The jobs a process knows. */
export interface Registry {
  names(): string[];
  get(name: string): AnyJob | undefined;
  /** What the API shows of each job: those with code in this process, then those that other processes have declared. */
  definitions(): JobDefinition[];
  /** Replaces what is known of jobs that have no code in this process. */
  setDeclared(definitions: readonly JobDefinition[]): void;
  /** The jobs whose runs may start: all but those that are paused. */
  claimable(): string[];
  /** Replaces what operators have set of jobs, and which are paused. */
  setOverrides(rows: readonly JobSettingsRow[]): void;
  /** How failed attempts of a job are repeated, where its run doesn't say; undefined for as the default. */
  retry(name: string): Partial<RetryPolicy> | undefined;
  /** What runs of a job are like where their request doesn't say; undefined for an unknown job. */
  settings(name: string): JobSettings | undefined;
  /** Which version of each job this is. */
  versions(): DeclaredVersion[];
  version(name: string): JobVersion | undefined;
  /** When the jobs run by themselves, as their code says. */
  schedules(): ScheduleSettings[];
  /**
   * Checks a request; throws QueueError for an unknown job or parameters that don't fit. A promise where the check takes
   * its time, as asynchronous ones of a schema do.
   */
  check(name: string, parameters: unknown): Promise<void> | undefined;
}

/** A definition that can't be offered; the message names job and fault. */
export class RegistryError extends Error {}

/** Checks every definition; throws RegistryError for the first that is incomplete, so that a faulty job never gets as far as a screen. */
export function createRegistry(jobs: readonly AnyJob[]): Registry {
  const byName = new Map<string, AnyJob>();
  for (const job of jobs) {
    checkDefinition(job);
    if (byName.has(job.name)) throw new RegistryError(`Job "${job.name}": the name is taken by another job`);
    byName.set(job.name, job);
  }
  let overrides: ReadonlyMap<string, JobSettingsRow> = new Map();
  const own = jobs.filter(({ isInternal }) => !isInternal).map(definitionOf);
  let declared: readonly JobDefinition[] = [];
  const describeAll = () => [...own, ...declared].map((job) => withOverrides(job, overrides.get(job.name)));
  let definitions = describeAll();
  let claimable = [...byName.keys()];
  const schedules = jobs.flatMap(codeSchedulesOf);
  checkScheduleNames(schedules);
  const versions = new Map(jobs.map((job) => [job.name, declaredBy(job)]));
  return {
    names: () => [...byName.keys()],
    get: (name) => byName.get(name),
    definitions: () => definitions,
    setDeclared: (given) => {
      declared = given.filter(({ name }) => !byName.has(name));
      definitions = describeAll();
    },
    claimable: () => claimable,
    setOverrides: (rows) => {
      overrides = new Map(rows.map((row) => [row.jobName, row]));
      definitions = describeAll();
      claimable = [...byName.keys()].filter((name) => !overrides.get(name)?.pausedAt);
    },
    retry: (name) => overrides.get(name)?.retry ?? byName.get(name)?.retry,
    settings: (name) => {
      const job = byName.get(name);
      return job && overridden(settingsOf(job), overrides.get(name));
    },
    versions: () => [...versions.values()],
    version: (name) => versions.get(name),
    schedules: () => schedules,
    check: (name, parameters) => {
      const job = byName.get(name);
      if (!job) throw new QueueError('UNKNOWN_JOB', `There is no job named "${name}".`);
      return checkParameters(job, parameters);
    },
  };
}

function checkDefinition(job: AnyJob): void {
  const fault = findFault(job);
  if (fault) throw new RegistryError(`Job "${job.name}": ${fault}`);
}

function findFault(job: AnyJob): string | undefined {
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
  if (!isMemoryLimit(job.memoryLimitMb ?? LEAST_MEMORY_MB))
    return `memoryLimitMb must be whole and at least ${LEAST_MEMORY_MB}`;
  const fault = findSchemaFault(job.parameters);
  if (fault !== undefined) return fault;
  return findRetryFault(job) ?? findDefaultsFault(job) ?? findScheduleFault(job);
}

/** Schemas of zod 3 have no `_zod`, and name their kind in `_def`. */
function findSchemaFault(schema: unknown): string | undefined {
  if (schema instanceof z.ZodObject) return undefined;
  const { _zod, _def } = (schema ?? {}) as { _zod?: unknown; _def?: { typeName?: unknown } };
  if (_zod === undefined && typeof _def?.typeName === 'string')
    return "parameters is a schema of zod 3, and must be one of zod 4: install zod@4, or import it from 'zod/v4'";
  return 'parameters must be a zod object';
}

const isMemoryLimit = (mb: number): boolean => Number.isSafeInteger(mb) && mb >= LEAST_MEMORY_MB;
const isTimeout = (ms: number): boolean => Number.isInteger(ms) && ms > 0 && ms <= limits.farMs;

function findDefaultsFault(job: AnyJob): string | undefined {
  const presets = Object.entries(job.presets ?? {}).map(([name, given]) => [`presets.${name}`, given] as const);
  for (const [name, given] of [['defaultParams', job.defaultParams] as const, ...presets]) {
    const fault = given === undefined ? undefined : findGivenFault(job, name, given);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** What is wrong with parameters that the code of a job gives under a name. */
function findGivenFault(job: AnyJob, name: string, given: Record<string, unknown>): string | undefined {
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

function findScheduleFault(job: AnyJob): string | undefined {
  for (const schedule of job.schedules ?? []) {
    const fault = findCodeScheduleFault(schedule, new Date());
    if (fault !== undefined) return fault;
    try {
      checkParameters(job, schedule.parameters ?? {})?.catch(() => {});
    } catch (error) {
      return `schedule "${schedule.name}": ${(error as Error).message}`;
    }
  }
  return undefined;
}

function checkScheduleNames(schedules: ScheduleSettings[]): void {
  const jobOf = new Map<string, string>();
  for (const { name, jobName } of schedules) {
    const other = jobOf.get(name);
    if (other !== undefined)
      throw new RegistryError(`Job "${jobName}": schedule "${name}" is there twice, also in "${other}"`);
    jobOf.set(name, jobName);
  }
}

/** Functions, dates and undefined don't come back from JSON as they went in. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return Object.is(a, b);
  const keys = Object.keys(b);
  return (
    Object.getPrototypeOf(a) === Object.getPrototypeOf(b) &&
    keys.length === Object.keys(a).length &&
    keys.every((key) => isSame(a[key as keyof object], b[key as keyof object]))
  );
}

/** Throws QueueError, or the promise that is returned does. */
function checkParameters(job: AnyJob, parameters: unknown): Promise<void> | undefined {
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

/** How long an attempt of a job may take, in milliseconds; null for as long as it likes. */
const timeoutOf = (job: AnyJob): number | null => (job.timeoutMs === undefined ? TIMEOUT_MS : job.timeoutMs);

/** The first version of a job needs no name. */
export const versionNameOf = ({ algorithmVersion = '1' }: AnyJob): string => algorithmVersion;

const settingsOf = (job: AnyJob): JobSettings => ({
  channel: job.channel ?? 'default',
  priority: job.priority ?? 0,
  algorithmVersion: versionNameOf(job),
  maxAttempts: job.maxAttempts ?? defaultMaxAttempts,
  maxCrashes: job.maxCrashes ?? defaultMaxCrashes,
  timeoutMs: timeoutOf(job),
});

/** Settings of a job as they hold: what operators have set, and what its code says where they have not. */
function overridden(settings: JobSettings, set: JobSettingsRow | undefined): JobSettings {
  if (!set) return settings;
  return {
    ...settings,
    channel: set.channel ?? settings.channel,
    priority: set.priority ?? settings.priority,
    maxAttempts: set.maxAttempts ?? settings.maxAttempts,
    timeoutMs: set.timeoutMs === null ? settings.timeoutMs : set.timeoutMs || null,
  };
}

function declaredBy(job: AnyJob): DeclaredVersion {
  // A default may be a function of the time, and differ between processes with the same code.
  const schema = describeParameters(job.parameters, { withDefaults: false });
  const version = versionOf(job.name, settingsOf(job), schema, codeSchedulesOf(job));
  return { ...version, definition: job.isInternal ? null : definitionOf(job) };
}

/** What the API shows of a job as its code declares it. */
function definitionOf(job: AnyJob): JobDefinition {
  const code = codeOf(job);
  return {
    id: job.name,
    name: job.name,
    description: job.description,
    examples: job.examples ?? [],
    ...(job.defaultParams && { defaultParams: job.defaultParams }),
    algorithmVersion: versionNameOf(job),
    parametersSchema: describeParameters(job.parameters),
    maxCrashes: settingsOf(job).maxCrashes,
    ...code,
    isolated: job.isolated ?? false,
    memoryLimitMb: job.memoryLimitMb ?? null,
    code,
    presets: Object.entries(job.presets ?? {}).map(([name, parameters]) => ({ name, parameters })),
  };
}

/** The definition with what operators have set instead of what the code says. */
function withOverrides(definition: JobDefinition, set: JobSettingsRow | undefined): JobDefinition {
  if (!set) return definition;
  const { code } = definition;
  const timeoutMs = set.timeoutMs === null ? code.timeoutMs : set.timeoutMs || null;
  // Where the code names no time of its own it follows from the timeout.
  const isDerived = code.slowAfterMs === slowAfterOf({}, code.timeoutMs);
  return {
    ...definition,
    channel: set.channel ?? code.channel,
    priority: set.priority ?? code.priority,
    maxAttempts: set.maxAttempts ?? code.maxAttempts,
    timeoutMs,
    retry: { ...defaultRetry, ...(set.retry ?? code.retry) },
    slowAfterMs: set.slowAfterMs ?? (isDerived ? slowAfterOf({}, timeoutMs) : code.slowAfterMs),
  };
}

/** What the code of a job says, of what operators may set. */
function codeOf(job: AnyJob): JobDefinition['code'] {
  const { channel, priority, maxAttempts, timeoutMs } = settingsOf(job);
  const retry = { ...defaultRetry, ...job.retry };
  return { channel, priority, maxAttempts, retry, timeoutMs, slowAfterMs: slowAfterOf(job, timeoutMs) };
}

const slowAfterOf = (job: Pick<AnyJob, 'slowAfterMs'>, timeoutMs: number | null): number =>
  job.slowAfterMs ?? Math.round(Math.min(defaultSlowAfterMs, slowPartOfTimeout * (timeoutMs ?? Infinity)));
