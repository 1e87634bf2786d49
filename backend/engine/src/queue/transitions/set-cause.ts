import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import type { FailureState } from '@job-manager/shared/contract/failures';
import { limits } from '@job-manager/shared/limits';
import type { Sql } from '../../store/sql.js';
import { storableText } from '../storable.js';
import { auditNamed } from './audit.js';

export interface CauseChange {
  state: FailureState;
  /** What is undefined stays, null removes it. */
  note?: string | null | undefined;
}

/** What operators made of a cause of failures. */
export interface CauseVerdict {
  state: FailureState;
  stateBy: string | null;
  stateAt: Date | null;
  note: string | null;
  cameBackAt: Date | null;
}

/** Sets the state of a cause of failures; what is so already stays as it was set. Null where there is no such cause. */
export async function setCause(
  sql: Sql,
  fingerprint: string,
  { state, note }: CauseChange,
  actor: Actor,
): Promise<CauseVerdict | null> {
  const kept = note ? storableText(note, limits.reasonChars) : null;
  const { rows } = await sql.query<CauseVerdict>(SET, [
    fingerprint,
    state,
    note === undefined ? null : JSON.stringify(kept),
    ...auditValues(actor),
  ]);
  return rows[0] ?? null;
}

const verdictIn = (row: string): string =>
  `jsonb_strip_nulls(jsonb_build_object('state', ${row}.state, 'note', ${row}.note, 'cameBackAt', ${row}."cameBackAt"))`;

const SET = `
WITH before AS MATERIALIZED (SELECT * FROM "RunErrorGroup" WHERE fingerprint = $1::text FOR UPDATE
), changed AS (
  UPDATE "RunErrorGroup" g SET state = $2::"RunErrorState", "stateBy" = left($5::text, 254), "stateAt" = clock_timestamp(),
    note = CASE WHEN $3::jsonb IS NULL THEN g.note ELSE $3::jsonb #>> '{}' END, "cameBackAt" = NULL
  FROM before WHERE g.fingerprint = before.fingerprint AND (
    before.state <> $2::"RunErrorState" OR before."cameBackAt" IS NOT NULL
    OR ($3::jsonb IS NOT NULL AND before.note IS DISTINCT FROM $3::jsonb #>> '{}'))
  RETURNING g.*
), audited AS (${auditNamed(
  `(SELECT changed."jobName" AS name, changed.fingerprint, changed.cause, ${verdictIn('before')} AS before, ${verdictIn('changed')} AS after
    FROM changed CROSS JOIN before) change`,
  'job.set-cause',
  4,
  `jsonb_build_object('fingerprint', fingerprint, 'cause', cause, 'before', before, 'after', after)`,
)})
SELECT state, "stateBy", "stateAt", note, "cameBackAt" FROM changed
UNION ALL SELECT state, "stateBy", "stateAt", note, "cameBackAt" FROM before WHERE NOT EXISTS (SELECT FROM changed)`;
