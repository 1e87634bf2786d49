import { DeclaredParameters } from '@job-manager/client/declared-parameters';
import type { Sql } from '../store/sql.js';
import type { Registry } from './registry.js';

/**
 * The registry of a process, which also takes requests for jobs without code in this process: their parameters are checked
 * by the JSON Schema that the newest living code has declared, and what only the code can check is left to the runner.
 */
export function withDeclaredJobs(registry: Registry, sql: Sql): Registry {
  const declared = new DeclaredParameters();
  let definitions = registry.definitions();
  const checkDeclared = async (jobName: string, parameters: unknown): Promise<void> => {
    // A process that is notified of changes goes by them at once.
    if (definitions !== registry.definitions()) declared.expire();
    definitions = registry.definitions();
    // Where nothing has declared it either, the registry refuses it.
    if (!(await declared.check(sql, { jobName, parameters }))) await registry.check(jobName, parameters);
  };
  return {
    ...registry,
    check: (name, parameters) =>
      registry.get(name) === undefined ? checkDeclared(name, parameters) : registry.check(name, parameters),
  };
}
