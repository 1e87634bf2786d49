import { auditFrom } from './audit.js';
import { JOB } from './job-as-set.js';
import { notificationChannels } from './notification-channels.js';

/** What many runs of a call have in common, with the types the statement reads it as. */
const kindColumns = {
  jobName: 'text',
  trigger: 'text',
  channel: 'text',
  priority: 'int',
  algorithmVersion: 'text',
  maxAttempts: 'int',
  maxCrashes: 'int',
  /** 0 for none. */
  timeoutMs: 'bigint',
  /** The settings above are complete; otherwise what is null comes from the "Job" table. */
  isKnown: 'boolean',
  retryPolicy: 'jsonb',
  rerunOfId: 'bigint',
  actorId: 'int',
  actorEmail: 'text',
  ip: 'text',
  userAgent: 'text',
  tokenId: 'uuid',
  isAudited: 'boolean',
} as const;

/** One object of the JSON that the statement takes. */
export type RunKind = { [Column in keyof typeof kindColumns]?: unknown };

export const KIND_FIELDS = Object.keys(kindColumns) as (keyof RunKind)[];

const KIND_COLUMNS = Object.entries(kindColumns)
  .map(([name, type]) => `"${name}" ${type}`)
  .join(', ');

/** What each run of a call has of its own, beside its parameters. */
const RUN_COLUMNS = 'scope text, "runAt" timestamptz, "delayMs" bigint, "correlationId" text, traceparent text';

/** What the job declares where the call has nothing, and the run that is repeated. */
const ITS = `job.channel AS "itsChannel", job.priority AS "itsPriority", job."algorithmVersion" AS "itsVersion",
    job."maxAttempts" AS "itsAttempts", job."maxCrashes" AS "itsCrashes", job."timeoutMs" AS "itsTimeoutMs",
    job.name IS NULL AND NOT r."isKnown" AS "isUnknown", CASE WHEN r."rerunOfId" IS NOT NULL THEN (SELECT "correlationId" FROM "JobRun" original WHERE original.id = r."rerunOfId") END AS "itsCorrelation"`;

/**
 * The runs of a source that has the columns above. A time in the past does not put a run before those that have waited
 * since.
 */
const insertFrom = (source: string): string => `
  INSERT INTO "JobRun" (id, "jobName", parameters, trigger, scope, channel, priority, "algorithmVersion", "maxAttempts", "maxCrashes",
    "timeoutMs", "retryPolicy", "runAt", "queuedAt", "rerunOfId", "triggeredById", "triggeredByTokenId", "correlationId", traceparent)
  SELECT given.id, "jobName", parameters, trigger::"JobRunTrigger", scope, coalesce(channel, "itsChannel"), coalesce(priority, "itsPriority"),
    coalesce("algorithmVersion", "itsVersion"), coalesce("maxAttempts", "itsAttempts"), coalesce("maxCrashes", "itsCrashes"),
    nullif(CASE WHEN "isKnown" THEN "timeoutMs" ELSE coalesce("timeoutMs", "itsTimeoutMs") END, 0), "retryPolicy",
    greatest(now, "runAt", now + "delayMs" * interval '1 ms'), now, "rerunOfId", "actorId", "tokenId", coalesce("correlationId", "itsCorrelation"), traceparent
  FROM ${source}`;

/** The audit entry, where there is an actor; the five values are those of each run. */
const auditOf = (source: string): string =>
  auditFrom(source, 'run.enqueue', {
    ...{ actorId: '"actorId"', actorEmail: '"actorEmail"', ip: 'ip', userAgent: '"userAgent"', tokenId: '"tokenId"' },
  });

/**
 * Queues runs that have no key and wait for no other run. It reads no other run, and costs a third of the statement
 * that can do everything. Values that the runs share are sent once. $1 are the kinds as JSON, $2 the parameters of all
 * runs as one JSON array, $3 the kind of each, $4 their scopes, $5 and $6 when and how long from now they are due, $7
 * whether the runs are those of different calls: then each is refused by itself, and otherwise all are with the first.
 * $8 is whether runners are notified (at commit), by its id of one that comes alone and in no transaction of others; $9
 * are their correlation ids, $10 their trace contexts. The lists are texts, which every driver passes on as they are;
 * an empty one stands for nothing at all. `alongside` is what else the statement does with the runs.
 */
const enqueuePlain = (alongside = ''): string => `
WITH moment AS MATERIALIZED (SELECT date_trunc('milliseconds', clock_timestamp()) AS now
), requested AS MATERIALIZED (
  SELECT r.*, r.ordinality::int - 1 AS kind, ${ITS}
  FROM ROWS FROM (json_to_recordset($1::text::json) AS (${KIND_COLUMNS})) WITH ORDINALITY AS r LEFT JOIN ${JOB} ON job.name = r."jobName"
), kind AS MATERIALIZED (
  SELECT *, CASE WHEN $7::boolean THEN "isUnknown" ELSE bool_or("isUnknown") OVER () END AS "isRefused" FROM requested
), given AS MATERIALIZED (
  -- Ids come before anything is joined: their order is that of the call.
  SELECT nextval('"JobRun_id_seq"') AS id, place, parameters, coalesce(kind, 0) AS kind, scope, "runAt", "delayMs", "correlationId", traceparent
  FROM ROWS FROM (jsonb_array_elements($2::text::jsonb), unnest($3::int[]), unnest($4::text[]), unnest($5::timestamptz[]), unnest($6::bigint[]), unnest($9::text[]), unnest($10::text[]))
    WITH ORDINALITY AS r(parameters, kind, scope, "runAt", "delayMs", "correlationId", traceparent, place)
), added AS (${insertFrom('given JOIN kind USING (kind) CROSS JOIN moment WHERE NOT "isRefused"')}
), ${alongside}notified AS (
  SELECT pg_notify(channel, CASE WHEN channel = '${notificationChannels.queued}' THEN alone.id ELSE '' END)
  FROM unnest(ARRAY['${notificationChannels.queued}', '${notificationChannels.changed}']) AS channel
    CROSS JOIN (SELECT CASE WHEN $7::boolean AND count(*) = 1 THEN min(id)::text ELSE '' END AS id FROM given) alone
  WHERE $8::boolean AND EXISTS (SELECT FROM kind WHERE NOT "isRefused")
)
SELECT (SELECT string_agg(id::text, ',' ORDER BY place) FROM given) AS ids,
  (SELECT string_agg(kind::text, ',') FROM kind WHERE "isUnknown") AS unknown,
  round(extract(epoch FROM moment.now) * 1000)::text AS "nowMs", (SELECT count(*) FROM notified)::text AS notified
FROM moment`;

export const ENQUEUE_PLAIN = enqueuePlain();

/** The same where some of the runs have an actor; the others need no second join with their kinds. */
export const ENQUEUE_PLAIN_AUDITED =
  enqueuePlain(`audited AS (${auditOf('(SELECT given.id, kind.* FROM given JOIN kind USING (kind) WHERE "isAudited" AND NOT "isRefused") AS added')}
), `);

/**
 * The same for one run, at two thirds of the cost. $1 is all of it but its parameters as JSON, $2 its parameters, $3
 * whether runners are notified, $4 whether by its id.
 */
const enqueueOne = (alongside = ''): string => `
WITH given AS MATERIALIZED (
  SELECT r.*, nextval('"JobRun_id_seq"') AS id, $2::text::jsonb AS parameters, date_trunc('milliseconds', clock_timestamp()) AS now, ${ITS}
  FROM json_to_record($1::text::json) AS r(${KIND_COLUMNS}, ${RUN_COLUMNS}) LEFT JOIN ${JOB} ON job.name = r."jobName"
), added AS (${insertFrom('given WHERE NOT "isUnknown"')}
), ${alongside}notified AS (
  SELECT pg_notify(topic, CASE WHEN topic = '${notificationChannels.queued}' AND $4::boolean THEN given.id::text ELSE '' END)
  FROM given CROSS JOIN unnest(ARRAY['${notificationChannels.queued}', '${notificationChannels.changed}']) AS topic
  WHERE $3::boolean AND NOT "isUnknown"
)
SELECT id::text AS ids, CASE WHEN "isUnknown" THEN '0' END AS unknown, round(extract(epoch FROM now) * 1000)::text AS "nowMs",
  (SELECT count(*) FROM notified)::text AS notified
FROM given`;

export const ENQUEUE_ONE = enqueueOne();
export const ENQUEUE_ONE_AUDITED = enqueueOne(`audited AS (${auditOf('given WHERE NOT "isUnknown"')}
), `);
