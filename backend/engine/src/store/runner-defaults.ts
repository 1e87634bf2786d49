import type { RunnerChange } from '@job-manager/shared/runner';
import type { Sql } from './sql.js';

/** The row of `Setting` with the default settings of starting runners. */
export const RUNNER_DEFAULTS = 'runnerDefaults';

export interface RunnerDefaultsRow {
  /** Null where runners start with their own settings. */
  change: RunnerChange | null;
  updatedBy: string | null;
  updatedAt: Date | null;
}

/** The default settings of starting runners. */
export async function readRunnerDefaults(sql: Sql): Promise<RunnerDefaultsRow> {
  const { rows } = await sql.query<RunnerDefaultsRow>(
    `SELECT value AS change, "updatedBy", "updatedAt" FROM "Setting" WHERE key = '${RUNNER_DEFAULTS}'`,
  );
  return rows[0] ?? { change: null, updatedBy: null, updatedAt: null };
}
