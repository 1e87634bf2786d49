import { createHash } from 'node:crypto';
import type { JobSettings } from '@job-manager/client/request';
import type { ScheduleSettings } from '@job-manager/shared/contract/schedules';

/** What the code of a job declares about its runs. */
export interface JobDeclaration extends JobSettings {
  /** A fingerprint of the JSON Schema of its parameters. */
  parameters: string;
  schedules: ScheduleSettings[];
}

/** A version of a job: two processes have the same one when their code declares exactly the same. */
export interface JobVersion {
  jobName: string;
  /** A fingerprint of the declaration. */
  version: string;
  declaration: JobDeclaration;
}

/** A version that some process has brought to this database, now or before. */
export interface KnownVersion extends JobVersion {
  firstSeenAt: Date;
}

/** The version of a job with these settings. `schema` is the JSON Schema of its parameters. */
export function versionOf(
  jobName: string,
  settings: JobSettings,
  schema: unknown,
  schedules: ScheduleSettings[],
): JobVersion {
  const declaration = { ...settings, parameters: fingerprint(schema), schedules };
  return { jobName, version: fingerprint(declaration), declaration };
}

const byNumber = new Intl.Collator('en', { numeric: true });

/**
 * Sorts the newest version first: the one with the higher `algorithmVersion` ("10" is higher than "9"), and of two
 * with the same the one that came to this database later. So an old process that is started once more stays the old one.
 */
export function compareVersions(a: KnownVersion, b: KnownVersion): number {
  return (
    byNumber.compare(b.declaration.algorithmVersion, a.declaration.algorithmVersion) ||
    b.firstSeenAt.getTime() - a.firstSeenAt.getTime() ||
    b.version.localeCompare(a.version)
  );
}

/** The newest of these versions of each job, by the job's name. */
export function newestOf<Version extends KnownVersion>(versions: readonly Version[]): Map<string, Version> {
  const sorted = [...versions].sort(compareVersions);
  return new Map(sorted.reverse().map((version) => [version.jobName, version]));
}

const FIELDS = [
  'algorithmVersion',
  'parameters',
  'channel',
  'priority',
  'maxAttempts',
  'maxCrashes',
  'timeoutMs',
  'schedules',
] as const satisfies (keyof JobDeclaration)[];

/** The names of what two versions of a job declare differently. */
export const listDifferences = (a: JobDeclaration, b: JobDeclaration): string[] =>
  FIELDS.filter((field) => canonical(a[field]) !== canonical(b[field]));

const fingerprint = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16);

/** JSON with sorted keys, so that what PostgreSQL has kept as jsonb compares with the code's settings. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
