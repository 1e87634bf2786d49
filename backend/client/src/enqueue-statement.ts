import { auditFrom } from './audit.js';
import { JOB } from './job-as-set.js';
import { NEW_RUN_COLUMNS } from './new-run.js';
import { notificationChannels } from './notification-channels.js';

/**
 * The statement that queues runs, one or thousands: all of them, or none where one is refused. It leaves out a run
 * whose key is taken; the caller decides about that run. $1 are the runs as JSON, because drivers differ in arrays of
 * nulls and times but not in texts. $2 to $6 are the actor, $7 whether the call is audited, $8 whether runners are
 * notified (at commit), $9 the name of a batch to put the runs in.
 */
export const ENQUEUE = `
WITH moment AS MATERIALIZED (SELECT date_trunc('milliseconds', clock_timestamp()) AS now
), request AS MATERIALIZED (
  SELECT r.*, line.last, line."isUntouched", line."freeAt",
    CASE WHEN NOT r."joinsLine" THEN job_manager_first_in_line(r."jobName", r."uniqueKey", r."uniqueScope", r."lineLock") END AS overtaken
  FROM ROWS FROM (json_to_recordset($1::text::json) AS (${NEW_RUN_COLUMNS})) WITH ORDINALITY AS r
  -- Strict: nothing is locked for runs that join no line.
  CROSS JOIN LATERAL job_manager_join_line(r."jobName", CASE WHEN r."joinsLine" THEN r."uniqueKey" END) AS line
), given AS MATERIALIZED (
  -- Ids come first, so that runs of one call may wait for each other; but after the lock of the line, so that the
  -- highest id in a line is its end.
  SELECT nextval('"JobRun_id_seq"') AS id, request.* FROM request
), predecessor AS MATERIALIZED (
  -- Waits for an end that is being written, and reads it; a later end waits for this statement, and finds its
  -- dependents. Without the lock a run could begin to wait for one that has just unblocked its dependents. In order of
  -- id: two that wait for the same runs would otherwise deadlock.
  SELECT id, status::text, "correlationId" FROM job_manager_lock_runs(ARRAY(
    SELECT id FROM (SELECT unnest(after) AS id FROM given) named WHERE id <> ALL(ARRAY(SELECT last FROM given WHERE last IS NOT NULL))
  ))
), known AS MATERIALIZED (
  -- The end of a line was locked and written to by the function above: this statement can't do so any more.
  SELECT * FROM predecessor UNION SELECT last, 'QUEUED', NULL FROM given WHERE last IS NOT NULL
), wait AS MATERIALIZED (
  SELECT given.id, p.id AS "on", p.status IN ('QUEUED', 'RUNNING') AS blocks, wanted.place, p."correlationId"
  FROM given CROSS JOIN LATERAL unnest(given.after) WITH ORDINALITY AS wanted(id, place) JOIN known p ON p.id = wanted.id
  UNION ALL
  SELECT given.id, other.id, true, wanted.place, NULL
  FROM given CROSS JOIN LATERAL unnest(given."afterIndexes") WITH ORDINALITY AS wanted(index, place)
    JOIN given other ON other.ordinality = wanted.index + 1
  UNION ALL
  SELECT id, last, true, NULL, NULL FROM given WHERE last IS NOT NULL
), waits AS MATERIALIZED (
  -- In the order given: the run reads their results in it.
  SELECT id, array_agg("on" ORDER BY place) AS "dependsOn", bool_or(blocks) AS "isBlocked",
    (array_agg("correlationId" ORDER BY place) FILTER (WHERE "correlationId" IS NOT NULL))[1] AS "correlationId"
  FROM (SELECT id, "on", min(place) AS place, bool_or(blocks) AS blocks, max("correlationId") AS "correlationId" FROM wait GROUP BY id, "on") once GROUP BY id
), refusal AS MATERIALIZED (
  SELECT ordinality, 'UNKNOWN_JOB' AS code, NULL::bigint AS "runId", NULL::text AS status
  FROM given WHERE NOT "isKnown" AND NOT EXISTS (SELECT FROM "Job" WHERE name = given."jobName")
  UNION ALL
  SELECT given.ordinality, CASE WHEN p.id IS NULL THEN 'UNKNOWN_RUN' ELSE 'NOT_ALLOWED' END, wanted.id, p.status
  FROM given CROSS JOIN LATERAL unnest(given.after) AS wanted(id) LEFT JOIN known p ON p.id = wanted.id
  WHERE wanted.id IS NOT NULL
    AND (p.id IS NULL OR (given."waitsFor" = 'SUCCEEDED' AND p.status IN ('FAILED', 'CANCELLED')))
), wanted AS MATERIALIZED (
  -- A run that joins a line has no key of its own.
  SELECT given.id, given.ordinality, given."jobName", given."idempotencyKey", given."uniqueScope",
    CASE WHEN given.last IS NULL AND given."freeAt" IS NULL THEN given."uniqueKey" END AS "ownKey",
    CASE WHEN given.last IS NULL AND given."freeAt" IS NULL THEN moment.now + given."periodMs" * interval '1 ms' END AS "uniqueUntil"
  FROM given CROSS JOIN moment
  WHERE NOT EXISTS (SELECT FROM refusal) AND given.overtaken IS NULL
    AND NOT (given."joinsLine" AND given.replaces AND given."isUntouched" IS TRUE)
), single AS MATERIALIZED (
  SELECT id, ordinality, CASE WHEN "ownKey" IS NULL THEN 'IDEMPOTENCY' ELSE "uniqueScope" END AS scope, CASE WHEN "ownKey" IS NULL THEN '' ELSE "jobName" END AS "jobName",
    coalesce("ownKey", "idempotencyKey") AS key, "uniqueUntil"
  FROM wanted WHERE ("ownKey" IS NULL) <> ("idempotencyKey" IS NULL)
), keyed AS (
  INSERT INTO "JobRunKey" AS held (scope, "jobName", key, "runId", until)
  -- In one order, so that two calls never wait for each other's keys.
  SELECT DISTINCT ON (scope, "jobName", key) scope::"JobRunKeyScope", "jobName", key, id, "uniqueUntil" FROM single
  ORDER BY scope, "jobName", key, ordinality
  ON CONFLICT (scope, "jobName", key) DO UPDATE SET "runId" = excluded."runId", until = excluded.until WHERE held.until <= (SELECT now FROM moment)
  RETURNING "runId"
), free AS MATERIALIZED (
  SELECT id, "uniqueUntil" FROM wanted
  WHERE CASE WHEN "idempotencyKey" IS NULL AND "ownKey" IS NULL THEN true
    WHEN "idempotencyKey" IS NULL OR "ownKey" IS NULL THEN id IN (SELECT "runId" FROM keyed)
    -- Both or none.
    ELSE job_manager_take_keys(id, "jobName", "idempotencyKey", "uniqueScope", "ownKey", "uniqueUntil") END
), batch AS (
  INSERT INTO "JobRunBatch" (name, total, "createdBy", "callbackRunId")
  SELECT $9::text, (SELECT count(*) FROM given WHERE NOT "isCallback"), $3::text, (SELECT id FROM given WHERE "isCallback")
  WHERE $9::text IS NOT NULL AND NOT EXISTS (SELECT FROM refusal)
  RETURNING id, name AS "jobName", total
), added AS (
  INSERT INTO "JobRun" (id, "jobName", parameters, trigger, scope, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes",
    "timeoutMs", "retryPolicy", "runAt", "queuedAt", "rerunOfId", "idempotencyKey", "requestHash", "isBlocked", "dependsOn", "waitsFor", "hasDependents",
    "batchId", "uniqueKey", "uniqueScope", "uniqueUntil", "triggeredById", "triggeredByTokenId", traceparent, "correlationId")
  SELECT given.id, given."jobName", given.parameters, given.trigger::"JobRunTrigger", given.scope, coalesce(given.channel, job.channel),
    coalesce(given.priority, job.priority), coalesce(given."algorithmVersion", job."algorithmVersion"),
    coalesce(given."maxAttempts", job."maxAttempts"), coalesce(given."maxCrashes", job."maxCrashes"),
    nullif(CASE WHEN given."isKnown" THEN given."timeoutMs" ELSE coalesce(given."timeoutMs", job."timeoutMs") END, 0),
    given."retryPolicy",
    -- A time in the past does not put a run before those that have waited since.
    greatest(moment.now, least(greatest(moment.now, given."runAt", moment.now + given."delayMs" * interval '1 ms'), moment.now + given."maxWaitMs" * interval '1 ms'), CASE given."uniqueScope" WHEN 'PERIOD' THEN given."freeAt" END),
    moment.now, given."rerunOfId", given."idempotencyKey", given."requestHash", given."isCallback" OR coalesce(waits."isBlocked", false), waits."dependsOn",
    CASE WHEN given.last IS NOT NULL THEN 'FINISHED' ELSE given."waitsFor" END::"WaitCondition",
    given.id IN (SELECT "on" FROM wait),
    CASE WHEN NOT given."isCallback" THEN (SELECT id FROM batch) END, given."uniqueKey",
    CASE WHEN given.last IS NOT NULL OR (given."uniqueScope" = 'PERIOD' AND given."freeAt" IS NOT NULL) THEN 'BEHIND' ELSE given."uniqueScope" END::"UniqueScope",
    free."uniqueUntil", $2::int, $6::uuid, given.traceparent,
    coalesce(given."correlationId", waits."correlationId", (SELECT "correlationId" FROM "JobRun" original WHERE original.id = given."rerunOfId"))
  FROM free JOIN given USING (id) CROSS JOIN moment LEFT JOIN ${JOB} ON job.name = given."jobName" LEFT JOIN waits ON waits.id = given.id
  RETURNING id, "jobName"
), marked AS (
  UPDATE "JobRun" j SET "hasDependents" = true, rev = j.rev + 1 FROM predecessor p
  WHERE j.id = p.id AND j."finishedAt" IS NULL AND p.status IN ('QUEUED', 'RUNNING') AND NOT j."hasDependents" AND EXISTS (SELECT FROM added)
), audited AS (${auditFrom('(SELECT * FROM added WHERE $7::boolean AND $9::text IS NULL) AS alone', 'run.enqueue', 2)}
), "auditedBatch" AS (${auditFrom(
  '(SELECT NULL::bigint AS id, batch.id AS "batchId", "jobName", total FROM batch WHERE $7::boolean) AS whole',
  'batch.enqueue',
  2,
  `jsonb_build_object('batchId', "batchId"::text, 'runs', total)`,
)}
), notified AS (
  SELECT pg_notify(channel, '') FROM unnest(ARRAY['${notificationChannels.queued}', '${notificationChannels.changed}']) AS channel
  WHERE $8::boolean AND EXISTS (SELECT FROM added)
)
SELECT (given.ordinality - 1)::text AS index, added.id::text AS "runId", refusal.code, refusal."runId"::text AS "otherId", refusal.status::text,
  (SELECT id::text FROM batch) AS "batchId", (SELECT count(*) FROM notified)::text AS notified
FROM given LEFT JOIN added USING (id) LEFT JOIN refusal USING (ordinality)
ORDER BY given.ordinality`;
