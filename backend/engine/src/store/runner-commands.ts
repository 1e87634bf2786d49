import { COMMAND_EXPIRES_MS, type RunnerChange, type RunnerCommandKind } from '@job-manager/shared/runner';
import type { Sql } from './sql.js';

/** A command as its runner receives it. */
export interface TakenCommand {
  id: string;
  kind: RunnerCommandKind;
  payload: RunnerChange | null;
}

/** How a command ended at its runner; with an error it was refused. */
export interface CommandOutcome {
  id: string;
  /** For the list of events. */
  message: string;
  error?: string;
  result?: Record<string, unknown>;
}

/**
 * Takes the commands that wait for a runner, the oldest first. A command whose answer was lost is taken again, so
 * `known` must name those that have arrived. Undefined where the runner's own row was removed after it was lost.
 */
export async function takeCommands(sql: Sql, runnerId: string, known: string[]): Promise<TakenCommand[] | undefined> {
  type Row = TakenCommand & { isRegistered: boolean };
  const { rows } = await sql.query<Row>({ name: 'take-commands', text: TAKE, values: [runnerId, known] });
  return rows.some(({ isRegistered }) => !isRegistered) ? undefined : rows;
}

const TAKE = `
WITH taken AS (
  UPDATE "RunnerCommand" c SET "seenAt" = coalesce("seenAt", clock_timestamp())
  WHERE "runnerId" = $1 AND "doneAt" IS NULL AND id <> ALL ($2::bigint[])
    AND ("seenAt" IS NOT NULL OR "expiresAt" > clock_timestamp())
  RETURNING id, kind, payload
)
SELECT * FROM (
  SELECT id::text, kind::text, payload, true AS "isRegistered", id AS place FROM taken
  UNION ALL SELECT '', '', NULL, false, 0 WHERE NOT EXISTS (SELECT FROM "Runner" WHERE id = $1)
) found ORDER BY place`;

/** Notes how commands ended, with their events; those that were noted before stay as they are. */
export async function finishCommands(sql: Sql, runnerId: string, outcomes: CommandOutcome[]): Promise<void> {
  await sql.query(FINISH, [runnerId, JSON.stringify(outcomes)]);
}

/** A command that waits for one that is done may be delivered from now on. `done` has `id` and `error`. */
const nextAfter = (done: string): string => `UPDATE "RunnerCommand" next
  SET "expiresAt" = clock_timestamp() + interval '${COMMAND_EXPIRES_MS} ms' FROM ${done} done
  WHERE next."afterId" = done.id AND done.error IS NULL AND next."doneAt" IS NULL RETURNING next."runnerId"`;

const FINISH = `
WITH outcome AS (
  SELECT * FROM jsonb_to_recordset($2::jsonb) AS o (id bigint, message text, error text, result jsonb)
), finished AS (
  UPDATE "RunnerCommand" c SET "doneAt" = clock_timestamp(), error = left(o.error, 500), result = o.result
  FROM outcome o WHERE c.id = o.id AND c."runnerId" = $1 AND c."doneAt" IS NULL
  RETURNING c.id, c.error, c."createdBy", o.message
), next AS (${nextAfter('finished')}
)
INSERT INTO "RunnerEvent" ("runnerId", "runnerName", kind, severity, message, "commandId", actor)
SELECT r.id, r.host || ':' || r.pid, CASE WHEN f.error IS NULL THEN 'command-done' ELSE 'command-refused' END,
  CASE WHEN f.error IS NULL THEN 'info' ELSE 'warning' END, left(coalesce(f.error, f.message), 500), f.id, f."createdBy"
FROM finished f JOIN "Runner" r ON r.id = $1`;

/**
 * Notes that a runner has taken the place of another, which ends the restart that was requested of that one. Without
 * `replacesId` it is the one on the same host that ended first of those whose restart has no successor yet: a supervisor
 * does not name it. One whose last write was lost counts as ended once `MISSED_BEATS` of its heartbeats are missing; the
 * heartbeats of both are `heartbeatMs` apart. Undefined where there is none (yet); else the runners whose turn has come.
 */
export async function finishRestart(
  sql: Sql,
  runnerId: string,
  { replacesId, heartbeatMs }: { replacesId?: string; heartbeatMs: number },
): Promise<string[] | undefined> {
  const values = [runnerId, replacesId ?? null, heartbeatMs];
  const { rows } = await sql.query<{ next: string[]; isFound: boolean }>(RESTARTED, values);
  return rows[0]?.isFound ? rows[0].next : undefined;
}

/** How long a restarted runner may take to come back. */
export const SUCCESSOR_WITHIN_MS = 60_000;
export const SUCCESSOR_WITHIN = `interval '${SUCCESSOR_WITHIN_MS} ms'`;
export const MISSED_BEATS = 2;

const withoutHeartbeatFor = (beats: number) => `clock_timestamp() - ${beats} * $3::float8 * interval '1 ms'`;

const RESTARTED = `
WITH replaced AS MATERIALIZED (
  SELECT c."runnerId" AS id FROM "RunnerCommand" c JOIN "Runner" r ON r.id = c."runnerId" JOIN "Runner" own ON own.id = $1
  WHERE c.kind = 'RESTART' AND c."seenAt" IS NOT NULL AND c."doneAt" IS NULL AND CASE WHEN $2::uuid IS NOT NULL THEN r.id = $2
    ELSE r.id <> own.id AND r.host = own.host AND r.kind = own.kind AND own."startedAt" > c."seenAt" AND (
      r.status IN ('STOPPED', 'LOST') AND greatest(r."stoppedAt", r."lastHeartbeatAt") > clock_timestamp() - ${SUCCESSOR_WITHIN}
      OR r.status <> 'STOPPED' AND r."lastHeartbeatAt" < ${withoutHeartbeatFor(MISSED_BEATS)}
        AND r."lastHeartbeatAt" > ${withoutHeartbeatFor(2 * MISSED_BEATS)} - ${SUCCESSOR_WITHIN}) END
  ORDER BY r."stoppedAt", c.id LIMIT 1 FOR UPDATE OF c SKIP LOCKED
), finished AS (
  UPDATE "RunnerCommand" SET "doneAt" = clock_timestamp(), result = jsonb_build_object('runnerId', $1::uuid)
  WHERE "runnerId" = (SELECT id FROM replaced) AND kind = 'RESTART' AND "seenAt" IS NOT NULL AND "doneAt" IS NULL
  RETURNING id, error, "createdBy"
), noted AS (
  INSERT INTO "RunnerEvent" ("runnerId", "runnerName", kind, severity, message, "commandId", actor)
  SELECT r.id, r.host || ':' || r.pid, 'command-done', 'info', 'Restarted in place of ' || coalesce(o.host || ':' || o.pid, 'another'), f.id, f."createdBy"
  FROM finished f JOIN "Runner" r ON r.id = $1 LEFT JOIN "Runner" o ON o.id = (SELECT id FROM replaced)
), next AS (${nextAfter('finished')}
)
SELECT EXISTS (SELECT FROM finished) AS "isFound", ARRAY(SELECT "runnerId" FROM next) AS next`;

/** Stores the settings of a runner on its row, for screens. */
export async function noteRunnerSettings(sql: Sql, runnerId: string, change: RunnerChange): Promise<void> {
  await sql.query(
    `UPDATE "Runner" SET concurrency = coalesce(($2::jsonb ->> 'concurrency')::int, concurrency),
       "logLevel" = coalesce($2::jsonb ->> 'logLevel', "logLevel"),
       channels = CASE WHEN NOT $2::jsonb ? 'channels' THEN channels WHEN $2::jsonb -> 'channels' = 'null'::jsonb THEN NULL
         ELSE ARRAY(SELECT jsonb_array_elements_text($2::jsonb -> 'channels')) END
     WHERE id = $1`,
    [runnerId, JSON.stringify(change)],
  );
}
