import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import { runsHeldBy } from '../../store/runner-list.js';
import type { Sql } from '../../store/sql.js';
import { auditNamed } from './audit-named.js';

/** Removes the row of a runner that is lost or has stopped and holds no run any more; false where it is not so. Its events stay. */
export async function removeGoneRunner(sql: Sql, runnerId: string, recovered: number, actor: Actor): Promise<boolean> {
  const { rows } = await sql.query(REMOVE, [runnerId, recovered, ...auditValues(actor)]);
  return rows.length > 0;
}

const REMOVE = `
WITH removed AS (
  DELETE FROM "Runner" r WHERE id = $1 AND status IN ('STOPPED', 'LOST') AND ${runsHeldBy('r')} = 0
  RETURNING id, left(host || ':' || pid, 200) AS name, status::text
), noted AS (
  INSERT INTO "RunnerEvent" ("runnerId", "runnerName", kind, severity, message, actor)
  SELECT id, name, 'removed', 'info', 'Removed from the list of runners', left($4::text, 254) FROM removed
), audited AS (${auditNamed('removed', 'runner.clean-up', 3, `jsonb_build_object('runnerId', id, 'status', status, 'recoveredRuns', $2::int)`)})
SELECT id FROM removed`;
