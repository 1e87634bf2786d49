import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import type { Sql } from '../../store/sql.js';
import { auditNamed } from './audit-named.js';

/** Writes into the audit log that a person had the server on `host` start a runner. */
export async function noteRunnerStart(sql: Sql, host: string, actor: Actor): Promise<void> {
  await sql.query(auditNamed(`(SELECT left($1::text, 200) AS name) server`, 'runner.start-here', 2, `'{}'::jsonb`), [
    host,
    ...auditValues(actor),
  ]);
}
