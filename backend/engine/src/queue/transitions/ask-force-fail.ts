import type { Actor } from '@job-manager/client/actor';
import { auditFrom, auditValues } from '@job-manager/client/audit';
import { countNote, noteFrom } from '@job-manager/client/note';
import { formatDurationSql } from '../../store/format-duration.js';
import { type RunRow, selectRun } from '../../store/run-row.js';
import type { Sql } from '../../store/sql.js';

export interface ForceFailRequest {
  runId: string;
  reason: string | null;
  /** Time that the run has to stop by itself, from when it was first asked to. */
  graceMs: number;
}

/** A force-fail that was asked for and is due. */
export interface DueForceFail {
  request: ForceFailRequest;
  actor: Actor;
}

export const MAX_DUE = 100;

/**
 * Asks a RUNNING run to stop, unless that was requested before, and notes that it is to be failed once its grace is over. The note
 * is the audit entry: it outlives the process, and costs the other runs nothing. Null for a run that isn't running.
 */
export async function askForceFail(
  sql: Sql,
  { runId, reason, graceMs }: ForceFailRequest,
  actor: Actor,
): Promise<RunRow | null> {
  const asked = await sql.query<RunRow>(ASK, [runId, graceMs, reason, ...auditValues(actor)]);
  return asked.rows[0] ?? null;
}

/** The same to all of these runs that are running; returns their ids. */
export async function askForceFailChosen(
  sql: Sql,
  { runIds, reason, graceMs }: Omit<ForceFailRequest, 'runId'> & { runIds: readonly string[] },
  actor: Actor,
): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(ASK_CHOSEN, [runIds, graceMs, reason, ...auditValues(actor)]);
  return rows.map(({ id }) => id);
}

/** The runs that go on though their grace is over, with who asked for it; of one asked for twice both. */
export async function readDueForceFails(sql: Sql): Promise<DueForceFail[]> {
  type Row = ForceFailRequest & Actor;
  const { rows } = await sql.query<Row>(DUE);
  return rows.map(({ runId, reason, graceMs, ...actor }) => ({ request: { runId, reason, graceMs }, actor }));
}

/** Runs that go on though operators have set of their job that an ignored cancel ends by force, and that time is over. */
export async function readIgnoredCancels(sql: Sql): Promise<ForceFailRequest[]> {
  const { rows } = await sql.query<{ runId: string; graceMs: number; words: string }>(IGNORED);
  return rows.map(({ words, ...request }) => ({ ...request, reason: `it went on for ${words} after its cancel` }));
}

const asking = (which: string): string => `
WITH target AS MATERIALIZED (SELECT id, "cancelRequestedAt" IS NULL AS "isFirst" FROM "JobRun"
  WHERE ${which} AND status = 'RUNNING' AND "finishedAt" IS NULL ORDER BY id FOR UPDATE
), changed AS (
  UPDATE "JobRun" j
  SET "cancelRequestedAt" = coalesce(j."cancelRequestedAt", clock_timestamp()),
      "cancelRequestedById" = CASE WHEN "isFirst" THEN $4 ELSE j."cancelRequestedById" END, rev = j.rev + 1,
      ${countNote('INFO')}
  FROM target WHERE j.id = target.id AND j.status = 'RUNNING' AND j."finishedAt" IS NULL
  RETURNING j.*
), audited AS (${auditFrom(
  'changed',
  'run.ask-force-fail',
  4,
  `jsonb_strip_nulls(jsonb_build_object('graceMs', $2::float8, 'reason', $3::text))`,
)}
), noted AS (${noteFrom(
  'changed',
  'INFO',
  `'Asked to stop, or to be force-failed after ' || ($2::float8 / 1000)::text || ' s, by ' || coalesce($5::text, 'the system')
     || coalesce(': ' || $3::text, '')`,
)})`;

const ASK = `${asking('id = $1')} ${selectRun('changed')}`;
const ASK_CHOSEN = `${asking('id = ANY($1::bigint[])')} SELECT id FROM changed`;

const DUE = `
SELECT r.id::text AS "runId", a.details->>'reason' AS reason, (a.details->>'graceMs')::float8 AS "graceMs",
  a."actorId" AS "userId", a."actorEmail" AS email, a.ip, a."userAgent", a."tokenId"
FROM "JobRun" r JOIN "AuditEvent" a ON a."runId" = r.id AND a.action = 'run.ask-force-fail'
WHERE r.status = 'RUNNING' AND r."finishedAt" IS NULL AND r."cancelRequestedAt" + (a.details->>'graceMs')::float8 * interval '1 ms' <= clock_timestamp()
ORDER BY a.id LIMIT ${MAX_DUE}`;

const IGNORED = `
SELECT r.id::text AS "runId", s."autoForceFailAfterMs"::float8 AS "graceMs", ${formatDurationSql('s."autoForceFailAfterMs"')} AS words
FROM "JobSettings" s JOIN "JobRun" r ON r."jobName" = s."jobName" AND r.status = 'RUNNING' AND r."finishedAt" IS NULL
WHERE s."autoForceFailAfterMs" IS NOT NULL
  AND r."cancelRequestedAt" <= clock_timestamp() - s."autoForceFailAfterMs"::float8 * interval '1 ms'
ORDER BY r."cancelRequestedAt" LIMIT ${MAX_DUE}`;
