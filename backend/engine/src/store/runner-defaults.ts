import type { RunnerChange } from '@job-manager/shared/runner';
import type { Sql } from './sql.js';

/** The row of `Setting` that has what runners take over when they start. */
export const RUNNER_DEFAULTS = 'runnerDefaults';

export interface RunnerDefaultsRow {
  /** Null where runners start with their own settings. */
  change: RunnerChange | null;
  updatedBy: string | null;
  updatedAt: Date | null;
}

/** What runners take over when they start. */
export async function readRunnerDefaults(sql: Sql): Promise<RunnerDefaultsRow> {
  const { rows } = await sql.query<RunnerDefaultsRow>(
    `SELECT value AS change, "updatedBy", "updatedAt" FROM "Setting" WHERE key = '${RUNNER_DEFAULTS}'`,
  );
  return rows[0] ?? { change: null, updatedBy: null, updatedAt: null };
}
