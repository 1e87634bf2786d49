import type { ClientErrorState } from '@job-manager/shared/contract/errors';
import { type AuditPerson, auditPerson, auditPersonValues } from './audit.js';
import type { Sql } from './sql.js';

/** What operators made of a kind of errors. */
export interface ClientErrorVerdict {
  state: ClientErrorState;
  stateBy: string | null;
  stateAt: Date | null;
  note: string | null;
  /** The first one since it was resolved, where there is one. */
  cameBackAt: Date | null;
}

/** The kinds that have a state, with the state that holds now: a resolved one is open again once another error came. */
export const STATES = `(
  SELECT s.fingerprint, s."stateBy", s."stateAt", s.note, back.at AS "cameBackAt",
    CASE WHEN s.state = 'RESOLVED' AND back.at IS NOT NULL THEN 'OPEN' ELSE s.state::text END AS state
  FROM "ClientErrorState" s LEFT JOIN LATERAL (
    SELECT min(b.at) AS at FROM "ClientError" b WHERE s.state = 'RESOLVED' AND b.fingerprint = s.fingerprint AND b.at > s."stateAt"
  ) back ON true)`;

/** Kinds that need no attention: ignored, or resolved and not back. */
export const CLOSED_KINDS = `SELECT closed.fingerprint FROM ${STATES} closed WHERE closed.state <> 'OPEN'`;

interface StateChange {
  state: ClientErrorState;
  note: string | null;
}

/** Resolves, ignores or reopens a kind of errors and writes what it was and is into the audit log; false where none of it is kept. */
export async function setClientErrorState(
  sql: Sql,
  fingerprint: string,
  { state, note }: StateChange,
  by: AuditPerson,
): Promise<boolean> {
  const { rows } = await sql.query<{ isKnown: boolean }>(SET, [fingerprint, state, note, ...auditPersonValues(by)]);
  return rows[0]?.isKnown ?? false;
}

// An open kind has no row.
const SET = `
WITH known AS MATERIALIZED (
  SELECT e.fingerprint, e.message FROM "ClientError" e WHERE e.fingerprint = $1 ORDER BY e.at DESC LIMIT 1
), before AS MATERIALIZED (SELECT s.* FROM ${STATES} s WHERE s.fingerprint = $1
), removed AS (
  DELETE FROM "ClientErrorState" WHERE fingerprint = $1 AND $2::text = 'OPEN'
), written AS (
  INSERT INTO "ClientErrorState" (fingerprint, state, "stateBy", note)
  SELECT fingerprint, $2::"RunErrorState", left($5::text, 254), $3::text FROM known WHERE $2::text <> 'OPEN'
  ON CONFLICT (fingerprint) DO UPDATE SET state = EXCLUDED.state, "stateBy" = EXCLUDED."stateBy",
    "stateAt" = clock_timestamp(), note = EXCLUDED.note
), audited AS (${auditPerson(
  'known LEFT JOIN before USING (fingerprint)',
  {
    action: 'errors.set-state',
    target: 'known.message',
    details: `jsonb_strip_nulls(jsonb_build_object('fingerprint', fingerprint, 'from', coalesce(before.state, 'OPEN'), 'to', $2::text, 'note', $3::text))`,
  },
  4,
)})
SELECT EXISTS (SELECT FROM known) AS "isKnown"`;
