import type { Actor } from '@job-manager/client/actor';
import type { Sql } from '../store/sql.js';
import type { Registry } from './registry.js';
import type { ExecutionResult } from './run-execution.js';
import type { Runner } from './runner.js';
import { startRunHere } from './transitions/start-here.js';

export interface RunHereOptions {
  sql: Sql;
  registry: Registry;
  /** Opened by the caller, and stopped by them afterwards; it claims nothing else. */
  runner: Runner;
  jobName: string;
  parameters: Record<string, unknown>;
  actor: Actor;
}

/**
 * Runs a job in this process as a tracked run: panels show it live, anyone may cancel it. Returns its id and
 * the promise of its end. Throws QueueError for an unknown job or parameters that don't fit.
 */
export async function runHere(options: RunHereOptions): Promise<{ runId: string; ended: Promise<ExecutionResult> }> {
  const { sql, registry, runner, jobName, parameters, actor } = options;
  await registry.check(jobName, parameters);
  const settings = registry.settings(jobName);
  if (!settings) throw new Error(`The job "${jobName}" was checked and has no settings`);
  const { algorithmVersion, timeoutMs, channel } = settings;
  const here = { jobName, parameters, algorithmVersion, timeoutMs, channel, runnerId: runner.id };
  const claimed = await startRunHere(sql, here, actor);
  return { runId: claimed.id, ended: runner.execute(claimed) };
}
