import type { AuditAction } from '@job-manager/shared/audit';

/**
 * The audit entry of a change to a channel or a job, as a CTE body in the statement that makes the change. `source` has
 * its `name`; the five values of `auditValues` start at `$first`. `details` is an SQL expression of JSON over it.
 */
export const auditNamed = (source: string, action: AuditAction, first: number, details: string): string =>
  `INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, target, ip, "userAgent", "tokenId", details)
   SELECT $${first}::int, left($${first + 1}::text, 254), '${action}', name, $${first + 2}::text, $${first + 3}::text, $${first + 4}::uuid,
     ${details} FROM ${source}`;

/** The limits and the weight of a channel, for the audit log. */
export const limitsOf = (channel: string): string =>
  `jsonb_strip_nulls(jsonb_build_object('concurrency', ${channel}.concurrency, 'concurrencyPerRunner', ${channel}."concurrencyPerRunner",
    'rateLimit', ${channel}."rateLimit", 'ratePeriodMs', ${channel}."ratePeriodMs", 'weight', coalesce(${channel}.weight, 1), 'targetWaitMs', ${channel}."targetWaitMs"))`;

/** Whether and why a channel or a job is paused, for the audit log; an empty object for one that isn't. */
export const pauseFacts = (row: string): string =>
  `jsonb_strip_nulls(jsonb_build_object('pausedAt', ${row}."pausedAt", 'pausedBy', ${row}."pausedBy",
    'reason', ${row}."pauseReason", 'resumeAt', ${row}."resumeAt"))`;

/**
 * The audit entry of a change to a schedule, as a CTE body in the statement that makes the change. `source` has the
 * schedule; the five values of `auditValues` start at `$first`. `details` is an SQL expression of JSON over it.
 */
export const auditSchedule = (source: string, action: AuditAction, first: number, details = `'{}'::jsonb`): string =>
  `INSERT INTO "AuditEvent" ("actorId", "actorEmail", action, target, ip, "userAgent", "tokenId", details)
   SELECT $${first}::int, left($${first + 1}::text, 254), '${action}', name, $${first + 2}::text, $${first + 3}::text, $${first + 4}::uuid,
     jsonb_build_object('scheduleId', id, 'jobName', "jobName") || ${details} FROM ${source}`;

/** The settings of a schedule, for the audit log; its parameters as they are, for nulls in them mean something. */
export const SETTINGS = `(jsonb_strip_nulls(jsonb_build_object('cron', cron, 'everyMs', "everyMs", 'timeZone', "timeZone",
  'missed', lower("missedRuns"::text), 'overlap', lower(overlap::text), 'channel', channel, 'priority', priority)) || jsonb_build_object('parameters', parameters))`;
