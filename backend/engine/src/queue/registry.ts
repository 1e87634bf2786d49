import { DeclaredParameters } from '@job-manager/client/declared-parameters';
import type { JobSettings } from '@job-manager/client/request';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import { type ScheduleSettings, scheduleSettings } from '@job-manager/shared/contract/schedules';
import { describeParameters } from '@job-manager/shared/parameters-schema';
import { defaultMaxAttempts, defaultMaxCrashes, defaultRetry, type RetryPolicy } from '@job-manager/shared/retry';
import { defaultSlowAfterMs, slowPartOfTimeout } from '@job-manager/shared/run';
import type { JobSettingsRow } from '../store/job-settings.js';
import { type JobVersion, versionOf } from '../store/job-version.js';
import type { Sql } from '../store/sql.js';
import { QueueError } from './errors.js';
import type { AnyJob } from './job.js';
import { checkParameters, RegistryError, validateJob, validateScheduleNames } from './validate-job.js';

/**
 * The registry of a process, which also takes requests for jobs without code in this process: their parameters are
 * checked by the JSON Schema that the newest running code has declared; the runner checks what only the code can check.
 */
export function withDeclaredJobs(registry: Registry, sql: Sql): Registry {
  const declared = new DeclaredParameters();
  let definitions = registry.definitions();
  const checkDeclared = async (jobName: string, parameters: unknown): Promise<void> => {
    // A process that is notified of changes applies them at once.
    if (definitions !== registry.definitions()) declared.expire();
    definitions = registry.definitions();
    // The registry refuses a job that no process has declared.
    if (!(await declared.check(sql, { jobName, parameters }))) await registry.check(jobName, parameters);
  };
  return {
    ...registry,
    check: (name, parameters) =>
      registry.get(name) === undefined ? checkDeclared(name, parameters) : registry.check(name, parameters),
  };
}

const TIMEOUT_MS = 60 * 60_000;

/** A version of a job whose code is here. */
interface DeclaredVersion extends JobVersion {
  /** What processes without the code show of the job; null for one that is not offered to callers. */
  definition: JobDefinition | null;
}

/** The jobs of a process. */
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
  /** The retry policy of a job, for runs without one; undefined for the default. */
  retry(name: string): Partial<RetryPolicy> | undefined;
  /** The settings of a job's runs, for requests without them; undefined for an unknown job. */
  settings(name: string): JobSettings | undefined;
  /** Which version of each job this is. */
  versions(): DeclaredVersion[];
  version(name: string): JobVersion | undefined;
  /** The schedules that the code of the jobs declares. */
  schedules(): ScheduleSettings[];
  /**
   * Checks a request; throws QueueError for an unknown job or parameters that don't fit. A promise where the check takes
   * its time, as asynchronous ones of a schema do.
   */
  check(name: string, parameters: unknown): Promise<void> | undefined;
}

/**
 * Checks every definition; throws RegistryError for the first that is incomplete, so that a wrong definition never
 * reaches a screen.
 */
export function createRegistry(jobs: readonly AnyJob[]): Registry {
  const byName = new Map<string, AnyJob>();
  for (const job of jobs) {
    validateJob(job);
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
  validateScheduleNames(schedules);
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

/** The schedules of a job that has been checked. */
const codeSchedulesOf = (job: AnyJob): ScheduleSettings[] =>
  (job.schedules ?? []).map((schedule) => scheduleSettings.parse({ ...schedule, jobName: job.name }));

/** How long an attempt of a job may take, in milliseconds; null for as long as it likes. */
const timeoutOf = (job: AnyJob): number | null => (job.timeoutMs === undefined ? TIMEOUT_MS : job.timeoutMs);

/** The first version of a job needs no name. */
const versionNameOf = ({ algorithmVersion = '1' }: AnyJob): string => algorithmVersion;

const settingsOf = (job: AnyJob): JobSettings => ({
  channel: job.channel ?? 'default',
  priority: job.priority ?? 0,
  algorithmVersion: versionNameOf(job),
  maxAttempts: job.maxAttempts ?? defaultMaxAttempts,
  maxCrashes: job.maxCrashes ?? defaultMaxCrashes,
  timeoutMs: timeoutOf(job),
});

/** The effective settings of a job: what operators have set, and what its code declares where they have not. */
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

/** The definition with the settings of operators in place of those of the code. */
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

/** The settings in the code of a job that operators may override. */
function codeOf(job: AnyJob): JobDefinition['code'] {
  const { channel, priority, maxAttempts, timeoutMs } = settingsOf(job);
  const retry = { ...defaultRetry, ...job.retry };
  return { channel, priority, maxAttempts, retry, timeoutMs, slowAfterMs: slowAfterOf(job, timeoutMs) };
}

const slowAfterOf = (job: Pick<AnyJob, 'slowAfterMs'>, timeoutMs: number | null): number =>
  job.slowAfterMs ?? Math.round(Math.min(defaultSlowAfterMs, slowPartOfTimeout * (timeoutMs ?? Infinity)));
