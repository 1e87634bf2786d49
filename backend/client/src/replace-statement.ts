import { auditFrom } from './audit.js';
import { JOB } from './job-as-set.js';
import { NEW_RUN_COLUMNS } from './new-run.js';
import { countNote, noteFrom } from './note.js';
import { notificationChannels } from './notification-channels.js';

/** What a request chooses of a run, for the audit log. */
const chosenOf = (
  source: string,
): string => `(SELECT jsonb_strip_nulls(jsonb_build_object('scope', scope, 'channel', channel, 'priority', priority,
    'maxAttempts', "maxAttempts", 'timeoutMs', "timeoutMs", 'runAt', "runAt")) || jsonb_build_object('parameters', parameters, 'retryPolicy', "retryPolicy")
  FROM ${source})`;
const BEFORE_AND_AFTER = `jsonb_build_object('before', ${chosenOf('target')}, 'after', ${chosenOf('changed')})`;

/**
 * Gives the last run of a key that has not begun the parameters, the time and the options of another, so that many
 * requests in a row leave one run, as the last of them describes it. $1 is the run as a JSON array of one, $2 to $6 the
 * actor, $7 whether the call is audited, $8 whether runners are notified.
 */
export const REPLACE = `
WITH moment AS MATERIALIZED (SELECT date_trunc('milliseconds', clock_timestamp()) AS now
), given AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::text::json) AS r(${NEW_RUN_COLUMNS})
), target AS MATERIALIZED (
  -- Compared with single values and not joined, so that the index of keys gives the order, and one read is enough.
  SELECT * FROM job_manager_lock_runs(ARRAY(
    SELECT id FROM "JobRun" WHERE "jobName" = (SELECT "jobName" FROM given) AND "uniqueKey" = (SELECT "uniqueKey" FROM given)
      AND status = 'QUEUED' AND "claimNo" = 0 AND "finishedAt" IS NULL
    ORDER BY id DESC LIMIT 1
  ))
), changed AS (
  UPDATE "JobRun" j
  SET parameters = given.parameters, scope = given.scope, "correlationId" = coalesce(given."correlationId", j."correlationId"), traceparent = given.traceparent, channel = coalesce(given.channel, job.channel),
      priority = coalesce(given.priority, job.priority), "maxAttempts" = coalesce(given."maxAttempts", job."maxAttempts"),
      "algorithmVersion" = coalesce(given."algorithmVersion", job."algorithmVersion"),
      "timeoutMs" = nullif(CASE WHEN given."isKnown" THEN given."timeoutMs" ELSE coalesce(given."timeoutMs", job."timeoutMs") END, 0),
      "retryPolicy" = given."retryPolicy",
      "runAt" = greatest(moment.now, least(greatest(moment.now, given."runAt", moment.now + given."delayMs" * interval '1 ms'), j."queuedAt" + given."maxWaitMs" * interval '1 ms'), (
        -- One that waits behind a key that is taken for a time goes on waiting for that.
        SELECT k.until FROM "JobRunKey" k
        WHERE k.scope = 'PERIOD' AND k."jobName" = j."jobName" AND k.key = j."uniqueKey" AND k."runId" <> j.id
      )),
      "uniqueUntil" = CASE WHEN j."uniqueScope" = 'PERIOD' THEN coalesce(moment.now + given."periodMs" * interval '1 ms', j."uniqueUntil") END,
      rev = j.rev + 1, ${countNote('INFO')}
  FROM target, moment, given LEFT JOIN ${JOB} ON job.name = given."jobName"
  -- Claimed while we waited for the lock: too late to change what it does.
  WHERE j.id = target.id AND j.status = 'QUEUED' AND j."claimNo" = 0 AND j."finishedAt" IS NULL
  RETURNING j.*
), authored AS (
  INSERT INTO "JobRunAuthor" ("runId", "userId", "tokenId") SELECT id, $2::int, $6::uuid FROM changed
  ON CONFLICT ("runId") DO UPDATE SET "userId" = excluded."userId", "tokenId" = excluded."tokenId", at = clock_timestamp()
), audited AS (${auditFrom('(SELECT * FROM changed WHERE $7::boolean) AS alone', 'run.replace', 2, BEFORE_AND_AFTER)}
), noted AS (${noteFrom('changed', 'INFO', `'Given new parameters by ' || coalesce($3::text, 'a later request') || ' with the same key'`)}
), notified AS (
  SELECT pg_notify(channel, '') FROM unnest(ARRAY['${notificationChannels.queued}', '${notificationChannels.changed}']) AS channel
  WHERE $8::boolean AND EXISTS (SELECT FROM changed)
)
SELECT id::text AS "runId", (SELECT count(*) FROM notified)::text AS notified FROM changed`;
