export type QueueErrorCode =
  | 'UNKNOWN_JOB'
  | 'INVALID_PARAMETERS'
  | 'UNKNOWN_RUN'
  | 'NOT_ALLOWED'
  | 'LEASE_LOST'
  | 'TOO_MANY_ACTIVE'
  | 'INVALID_INPUT'
  | 'NOT_FOUND'
  /** Another change came in between. */
  | 'CHANGED'
  /** The key of a run is taken. */
  | 'DUPLICATE'
  | 'UNKNOWN_BATCH'
  | 'UNKNOWN_SCHEDULE'
  | 'NAME_TAKEN'
  /** The request is valid; other transactions interfered. */
  | 'BUSY'
  /** The tables don't exist. */
  | 'NOT_INSTALLED';

/** What is wrong with one part of a request. */
export interface ParameterIssue {
  /** Dotted, from the field: `parameters.batchSize`, `after.0`, and in a call of many runs `runs.3.priority`. */
  path: string;
  message: string;
}

/** A request the engine refuses. The message is for people; nothing was changed. */
export class QueueError extends Error {
  override readonly name = 'QueueError';

  constructor(
    readonly code: QueueErrorCode,
    message: string,
    readonly issues: ParameterIssue[] = [],
  ) {
    super(message);
  }
}

/** A refusal that names the invalid field. */
export const refusal = (code: QueueErrorCode, path: string, message: string): QueueError =>
  new QueueError(code, `${path}: ${message}`, [{ path, message }]);

/** PostgreSQL's codes for a missing table and a missing schema. */
export function notInstalled(error: unknown, schema: string | undefined): QueueError | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  // Prisma keeps the code of PostgreSQL deeper.
  const inner = (
    error as { meta?: { code?: unknown; driverAdapterError?: { cause?: { originalCode?: unknown } } } } | null
  )?.meta;
  const found = [code, inner?.code, inner?.driverAdapterError?.cause?.originalCode];
  if (!found.some((each) => each === '42P01' || each === '3F000')) return undefined;
  const where =
    schema === undefined ? 'on the search path of this connection' : `in the schema "${schema}" of this database`;
  const message = `Job Manager's tables are not ${where}: start it once (or run its migrations), or name the schema that has them (the option "schema").`;
  return new QueueError('NOT_INSTALLED', message);
}

/** Of a request for a job that no process has declared; `at` is put before the path. */
export function unknownJob(jobName: string, at = ''): QueueError {
  const message = `There is no job named "${jobName}": no process that has its code was ever started here.`;
  return new QueueError('UNKNOWN_JOB', message, [{ path: `${at}jobName`, message }]);
}
