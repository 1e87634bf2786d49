import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import type { RunnerChange } from '@job-manager/shared/runner';
import { RUNNER_DEFAULTS } from '../../store/runner-defaults.js';
import type { Sql } from '../../store/sql.js';
import { auditNamed } from './audit-named.js';

/** Sets what runners take over when they start, in place of what was set before; null for nothing. */
export async function setRunnerDefaults(sql: Sql, change: RunnerChange | null, actor: Actor): Promise<void> {
  await sql.query(SET, [change === null ? null : JSON.stringify(change), ...auditValues(actor)]);
}

const SET = `
WITH before AS MATERIALIZED (SELECT value FROM "Setting" WHERE key = '${RUNNER_DEFAULTS}' FOR UPDATE
), removed AS (
  DELETE FROM "Setting" WHERE $1::jsonb IS NULL AND key = '${RUNNER_DEFAULTS}'
), written AS (
  INSERT INTO "Setting" (key, value, "updatedBy") SELECT '${RUNNER_DEFAULTS}', $1::jsonb, left($3::text, 254) WHERE $1::jsonb IS NOT NULL
  ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, "updatedBy" = EXCLUDED."updatedBy", "updatedAt" = clock_timestamp()
)
${auditNamed(
  `(SELECT 'default of runners' AS name, (SELECT value FROM before) AS before, $1::jsonb AS after) said`,
  'runner.set-defaults',
  2,
  `jsonb_build_object('before', before, 'after', after)`,
)}`;
