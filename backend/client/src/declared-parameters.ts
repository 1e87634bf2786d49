import { QueueError } from './errors.js';
import { plainJson } from './json-value.js';
import { type CheckParameters, loadParametersSchema } from './shared.js';
import { rowsOf, type Sql } from './sql.js';

/** What was read so long ago is read again before it is used. */
const MAX_AGE_MS = 30_000;

interface Request {
  jobName: string;
  parameters?: unknown;
}

interface Declared {
  /** Another one after each change of the row. */
  mark: string;
  /** Made when it is first needed; null where there is nothing to check by. */
  check(): CheckParameters | null;
}

/**
 * Checks parameters by the JSON Schemas that the newest living code of each job has declared. They are read at the first
 * use, all at once so that calls keep their order, then every 30 seconds, and before anything is refused by them: the code may
 * take it since.
 */
export class DeclaredParameters {
  #jobs: ReadonlyMap<string, Declared> = new Map();
  /** By the process's own clock. */
  #readAt = Number.NEGATIVE_INFINITY;
  /** Calls in transactions read through them, so that one call can't fail with another. */
  readonly #reading = new Map<Sql, Promise<void>>();

  /**
   * Whether the job is known; a promise where that has to be read. Throws QueueError for parameters that do not fit, and so
   * does the promise. `at` is put before the path of what is wrong.
   */
  check(sql: Sql, request: Request, at = ''): boolean | Promise<boolean> {
    const isFresh = performance.now() - this.#readAt < MAX_AGE_MS;
    const declared = isFresh ? this.#jobs.get(request.jobName) : undefined;
    if (declared !== undefined && findIssues(declared, request.parameters).length === 0) return true;
    return this.#readAndCheck(sql, request, at);
  }

  /** Something may have changed: it is read again before it is used. */
  expire(): void {
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  async #readAndCheck(sql: Sql, request: Request, at: string): Promise<boolean> {
    // The caller may change its own object meanwhile.
    const taken = structuredClone(plainJson(request.parameters ?? {}, 'parameters'));
    await this.#readOnce(sql);
    const declared = this.#jobs.get(request.jobName);
    if (declared === undefined) return false;
    const issues = findIssues(declared, taken).map(({ path, message }) => ({
      path: [`${at}parameters`, ...(path === '' ? [] : [path])].join('.'),
      message,
    }));
    if (issues.length === 0) return true;
    const text = issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new QueueError('INVALID_PARAMETERS', text, issues);
  }

  #readOnce(sql: Sql): Promise<void> {
    const reading = this.#reading.get(sql) ?? this.#read(sql).finally(() => this.#reading.delete(sql));
    this.#reading.set(sql, reading);
    return reading;
  }

  async #read(sql: Sql): Promise<void> {
    const known = this.#jobs;
    const marks = Object.fromEntries([...known].map(([name, { mark }]) => [name, mark]));
    const [rows, { readParametersSchema }] = await Promise.all([
      rowsOf<{ name: string; mark: string; schema: string | null }>(sql, SCHEMAS, [JSON.stringify(marks)]),
      loadParametersSchema(),
    ]);
    const readOf = ({ name, mark, schema }: (typeof rows)[number]): Declared => {
      const found = known.get(name);
      if (found?.mark === mark) return found;
      return { mark, check: once(() => (schema === null ? null : readParametersSchema(JSON.parse(schema)))) };
    };
    this.#jobs = new Map(rows.map((row) => [row.name, readOf(row)]));
    this.#readAt = performance.now();
  }
}

// Reads the column through jsonb: a database with older migrations lacks it, and an error would abort the transaction
// of the caller.
const SCHEMAS = `
SELECT job.name, job.xmin::text AS mark,
  CASE WHEN job.xmin::text IS DISTINCT FROM $1::jsonb ->> job.name
    THEN (to_jsonb(job) -> 'definition' -> 'parametersSchema')::text END AS schema
FROM "Job" job`;

function once<Result>(make: () => Result): () => Result {
  let made: { result: Result } | undefined;
  return () => {
    made ??= { result: make() };
    return made.result;
  };
}

/** As the run will find them: a Date is a text then. */
const findIssues = ({ check }: Declared, parameters: unknown = {}) =>
  check()?.(plainJson(parameters, 'parameters')) ?? [];
