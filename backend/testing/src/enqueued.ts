import { AssertionError } from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';
import { inSchema } from '@job-manager/client/in-schema';
import { rowsOf, type Sql } from '@job-manager/client/sql';
import type { JobRunStatus } from '@job-manager/shared/run';

/** A run as it stands in the queue, or ended. */
export interface EnqueuedRun {
  jobRunId: string;
  jobName: string;
  parameters: Record<string, unknown>;
  status: JobRunStatus;
  channel: string;
  priority: number;
  scope: string | null;
  correlationId: string | null;
  uniqueKey: string | null;
  /** Since it was queued; 0 for at once. */
  delayMs: number;
}

/**
 * The expected fields of a run. Objects are compared by the named fields alone, and matchers of a test framework are
 * applied.
 */
export type ExpectedRun = { jobName: string } & Partial<Omit<EnqueuedRun, 'jobName'>>;

/** Where to read: a pool, a connection, or the caller's open transaction (`prismaSql(tx)` for one of Prisma). */
interface Where {
  sql: Sql;
  /** The schema of Job Manager's tables, where the search path doesn't find them. */
  schema?: string;
}

/** Runs of a job, or all of them, in the order they were queued; also those that the caller's transaction has not committed. */
export async function findEnqueued({ sql, schema }: Where, jobName?: string): Promise<EnqueuedRun[]> {
  const rows = await rowsOf<{ run: string }>(inSchema(sql, schema), RUNS, [jobName ?? null]);
  return rows.map(({ run }) => JSON.parse(run) as EnqueuedRun);
}

/** As texts: any driver passes one on as it is. */
const RUNS = `
SELECT json_build_object('jobRunId', id::text, 'jobName', "jobName", 'parameters', parameters, 'status', status::text, 'channel', channel,
  'priority', priority, 'scope', scope, 'correlationId', "correlationId", 'uniqueKey', "uniqueKey",
  'delayMs', greatest(0, round(extract(epoch FROM "runAt" - "queuedAt") * 1000)))::text AS run
FROM "JobRun" WHERE $1::text IS NULL OR "jobName" = $1::text ORDER BY id`;

/**
 * Returns the only run that is like this, or the first of exactly `times`. Throws an AssertionError that shows the runs of the
 * job there are, and of what other jobs there are some.
 */
export async function assertEnqueued(
  where: Where,
  expected: ExpectedRun,
  { times = 1 }: { times?: number } = {},
): Promise<EnqueuedRun> {
  const all = await findEnqueued(where);
  const found = all.filter((run) => matches(run, expected));
  const [first] = found;
  if (found.length === times && first) return first;
  throw new AssertionError({
    message: `${times === 1 ? 'One run' : `${times} runs`} ${inspect(expected, { depth: 6 })} expected, ${describe(found, all, expected)}`,
    actual: all.filter(({ jobName }) => jobName === expected.jobName),
    expected: [expected],
    operator: 'assertEnqueued',
  });
}

/** Throws an AssertionError where there is a run like this. */
export async function assertNotEnqueued(where: Where, expected: ExpectedRun): Promise<void> {
  const found = (await findEnqueued(where, expected.jobName)).filter((run) => matches(run, expected));
  if (found.length === 0) return;
  const message = `No run ${inspect(expected, { depth: 6 })} expected, found ${inspect(found, { depth: 6 })}`;
  throw new AssertionError({ message, actual: found, expected: [], operator: 'assertNotEnqueued' });
}

function describe(found: EnqueuedRun[], all: EnqueuedRun[], { jobName }: ExpectedRun): string {
  if (found.length > 0) return `found ${found.length}: ${inspect(found, { depth: 6 })}`;
  const ofJob = all.filter((run) => run.jobName === jobName);
  if (ofJob.length > 0) return `found none; runs of ${jobName}: ${inspect(ofJob, { depth: 6 })}`;
  const others = [...new Set(all.map((run) => run.jobName))].sort();
  return `found no run of ${jobName}; ${others.length === 0 ? 'nothing is queued' : `there are runs of ${others.join(', ')}`}`;
}

/** Whether a value has all expected fields. Of lists every item counts. */
function matches(actual: unknown, expected: unknown): boolean {
  if (isMatcher(expected)) return expected.asymmetricMatch(actual);
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, index) => matches(actual[index], item))
    );
  }
  if (typeof expected !== 'object' || expected === null) return isDeepStrictEqual(actual, expected);
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(expected).every(([name, value]) => matches((actual as Record<string, unknown>)[name], value));
}

/** Such as `expect.any(Number)`. */
const isMatcher = (value: unknown): value is { asymmetricMatch(actual: unknown): boolean } =>
  typeof (value as { asymmetricMatch?: unknown } | null)?.asymmetricMatch === 'function';
