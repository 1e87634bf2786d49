import { randomUUID } from 'node:crypto';
import type { Actor } from '@job-manager/client/actor';
import { auditValues } from '@job-manager/client/audit';
import { COMMAND_EXPIRES_MS, type RunnerChange, type RunnerCommandKind } from '@job-manager/shared/runner';
import { RUNNER_DEFAULTS } from '../../store/runner-defaults.js';
import { runsHeldBy } from '../../store/runner-list.js';
import type { Sql } from '../../store/sql.js';
import { auditNamed } from './audit.js';

export interface CommandRequest {
  kind: RunnerCommandKind;
  runnerIds: string[];
  /** Of SET. */
  change?: RunnerChange;
  /** One after the other: each waits until the one before is done, and is never delivered when that fails. */
  isRolling?: boolean;
}

/** A runner that was named, and its command; without one it can't have it. */
export interface SentCommand {
  runnerId: string;
  commandId: string | null;
  kind: string | null;
  status: string | null;
}

/** Writes commands for the runners that can obey them, each with its event and its entry in the audit log. */
export async function sendCommands(
  sql: Sql,
  { kind, runnerIds, change, isRolling = false }: CommandRequest,
  actor: Actor,
): Promise<{ groupId: string; runners: SentCommand[] }> {
  const groupId = randomUUID();
  const values = [runnerIds, kind, change === undefined ? null : JSON.stringify(change), groupId, isRolling];
  const { rows } = await sql.query<SentCommand>(SEND, [...values, ...auditValues(actor)]);
  return { groupId, runners: rows };
}

/**
 * Whether a runner `r` can obey a command of the kind in `$2`. A runner of the command line executes a single run and
 * ends.
 */
const canObey = (r: string, kind = '$2'): string =>
  `(${r}.status IN ('ACTIVE', 'DRAINING') AND (${kind} <> 'RESTART' OR ${r}."canRestart") AND (${kind} = 'PING' OR ${r}.kind <> 'CLI'))`;

const SEND = `
WITH wanted AS MATERIALIZED (
  SELECT w.id, w.n, r.kind::text, r.status::text, r.host || ':' || r.pid AS name, coalesce(${canObey('r', '$2::text')}, false) AS "canObey"
  FROM unnest($1::uuid[]) WITH ORDINALITY AS w(id, n) LEFT JOIN "Runner" r ON r.id = w.id
), numbered AS MATERIALIZED (
  SELECT *, nextval('"RunnerCommand_id_seq"') AS "commandId" FROM (SELECT * FROM wanted WHERE "canObey" ORDER BY n) able
), chosen AS MATERIALIZED (
  SELECT *, CASE WHEN $5::boolean THEN lag("commandId") OVER (ORDER BY n) END AS "afterId" FROM numbered
), sent AS (
  INSERT INTO "RunnerCommand" (id, "runnerId", kind, payload, "groupId", "afterId", "createdBy", "expiresAt")
  SELECT "commandId", id, $2::"RunnerCommandKind", $3::jsonb, $4::uuid, "afterId", left($7::text, 254),
    CASE WHEN "afterId" IS NULL THEN clock_timestamp() + interval '${COMMAND_EXPIRES_MS} ms' END
  FROM chosen
), noted AS (
  INSERT INTO "RunnerEvent" ("runnerId", "runnerName", kind, severity, message, "commandId", actor)
  SELECT id, name, 'command', 'info', initcap($2::text) || ' requested', "commandId", left($7::text, 254) FROM chosen
), audited AS (
  INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, target, ip, "userAgent", "tokenId", details)
  SELECT $6::int, left($7::text, 254), 'runner.command', left(name, 200), $8::text, $9::text, $10::uuid,
    jsonb_strip_nulls(jsonb_build_object('command', $2::text, 'runnerId', id, 'change', $3::jsonb, 'isRolling', CASE WHEN $5::boolean THEN true END))
  FROM chosen
)
SELECT wanted.id AS "runnerId", chosen."commandId"::text, wanted.kind, wanted.status
FROM wanted LEFT JOIN chosen USING (id) ORDER BY wanted.n`;

/** Sets the default settings of starting runners, in place of the former ones; null for none. */
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
  `(SELECT 'default of runners' AS name, (SELECT value FROM before) AS before, $1::jsonb AS after) change`,
  'runner.set-defaults',
  2,
  `jsonb_build_object('before', before, 'after', after)`,
)}`;

/** Writes into the audit log that a person had the server on `host` start a runner. */
export async function noteRunnerStart(sql: Sql, host: string, actor: Actor): Promise<void> {
  await sql.query(auditNamed(`(SELECT left($1::text, 200) AS name) server`, 'runner.start-here', 2, `'{}'::jsonb`), [
    host,
    ...auditValues(actor),
  ]);
}

/**
 * Removes the row of a runner that is lost or has stopped and holds no run any more; false for any other. Its events
 * stay.
 */
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
