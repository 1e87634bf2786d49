import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import type { TerminalStatus } from '@job-manager/shared/run';
import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';
import type { Lease } from './beat.js';
import { leaveRunning } from './leave-running.js';
import { heldExternally } from './report-external.js';

/** How an external program says that its run ended. */
export interface ExternalEnding {
  status: TerminalStatus;
  error: string | null;
  errorStack: string | null;
  /** JSON text, or null for a run that reported nothing. */
  metadata: string | null;
  metadataTruncated: boolean;
  /** The steps as they are then, JSON text; kept where the run is still as of `rev`. */
  steps: string | null;
  rev: number | null;
}

/**
 * Ends a run that an external program holds. The same ending again, by the same program, returns the run as it
 * is. Null when neither holds: the run is not its own any more, ended otherwise, or is to end as CANCELLED
 * where it was not asked to stop.
 */
export async function endExternalRun(
  sql: Sql,
  lease: Lease,
  ending: ExternalEnding,
  actor: Actor,
): Promise<{ run: RunRow; isNew: boolean } | null> {
  const ended = await sql.query<RunRow>(END[ending.status], [
    lease.id,
    lease.leaseToken,
    ending.status,
    ending.error,
    ending.errorStack,
    ending.metadata,
    ending.metadataTruncated,
    ending.steps,
    ending.rev,
    ...auditValues(actor),
  ]);
  if (ended.rows[0]) return { run: ended.rows[0], isNew: true };
  const known = await sql.query<RunRow>(ENDED_SO, [lease.id, lease.leaseToken, ending.status]);
  return known.rows[0] ? { run: known.rows[0], isNew: false } : null;
}

const end = (action: 'run.complete-external' | 'run.fail-external') => `
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at
), ${leaveRunning({
  which: `${heldExternally('j')} AND ($3::text <> 'CANCELLED' OR j."cancelRequestedAt" IS NOT NULL)`,
  next: '$3::text',
  isFinal: true,
  set: { error: '$4', '"errorStack"': '$5', metadata: '$6::jsonb', '"metadataTruncated"': '$7' },
  execution: {
    '"leaseToken"': 'j."leaseToken"',
    '"lastHeartbeatAt"': 'moment.at',
    '"progressPercent"': `CASE $3::text WHEN 'SUCCESS' THEN 100 ELSE j."progressPercent" END`,
    steps: 'CASE j.rev WHEN $9 THEN $8::jsonb ELSE j.steps END',
  },
  audit: auditFrom('changed', action, 10),
})}
${selectRun('changed')}`;

const FAIL = end('run.fail-external');
const END: Record<TerminalStatus, string> = { SUCCESS: end('run.complete-external'), FAILED: FAIL, CANCELLED: FAIL };

// A statement that takes a run away clears its token, so a run that still has it ended by its own program's word.
const ENDED_SO = `${selectRun('"JobRun"')}
WHERE r.id = $1 AND r."leaseToken" = $2 AND r.status = $3::"JobRunStatus" AND r."inactivityTimeoutMs" IS NOT NULL`;
