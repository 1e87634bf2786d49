import type { JobRunStep } from '@job-manager/shared/contract/message';
import type { JobRunStatus, JobRunTrigger } from '@job-manager/shared/run';

/** A run as PostgreSQL returns it: 64-bit numbers are strings. */
export interface RunSummaryRow {
  id: string;
  jobName: string;
  channel: string;
  priority: number;
  status: JobRunStatus;
  trigger: JobRunTrigger;
  scope: string | null;
  algorithmVersion: string | null;
  error: string | null;
  progressPercent: number | null;
  progressMessage: string | null;
  attempt: number;
  maxAttempts: number;
  runAt: Date;
  queuedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  lastHeartbeatAt: Date | null;
  durationMs: string | null;
  queueDelayMs: string | null;
  triggeredById: number | null;
  triggeredByEmail: string | null;
  triggeredByToken: string | null;
  cancelRequestedById: number | null;
  cancelRequestedByEmail: string | null;
  cancelRequestedAt: Date | null;
  runnerId: string | null;
  rerunOfId: string | null;
  claimNo: number;
  timeoutMs: number | null;
  inactivityTimeoutMs: number | null;
  messageCount: number;
  warningCount: number;
  errorCount: number;
  droppedMessages: number;
  rev: number;
}

/** An earlier execution of a run; times are ISO text, for it comes as JSON. */
export interface AttemptRow {
  claimNo: number;
  attempt: number;
  outcome: 'LOST' | 'RELEASED' | 'FAILED';
  runnerId: string | null;
  startedAt: string;
  endedAt: string;
  durationMs: number;
  error: string | null;
  errorStack: string | null;
}

export interface RunRow extends RunSummaryRow {
  parameters: Record<string, unknown>;
  metadata: unknown;
  metadataTruncated: boolean;
  errorStack: string | null;
  steps: JobRunStep[] | null;
  /** Those before the last, which is the run itself; oldest first. */
  earlierAttempts: AttemptRow[];
}

const SUMMARY = `r.id, r."jobName", r.channel, r.priority, r.status, r.trigger, r.scope, r."algorithmVersion", r.error,
  r."progressPercent", r."progressMessage", r.attempt, r."maxAttempts", r."runAt", r."queuedAt", r."startedAt",
  r."finishedAt", r."lastHeartbeatAt", r."durationMs", r."queueDelayMs", r."triggeredById", t.email AS "triggeredByEmail",
  k.name AS "triggeredByToken",
  r."cancelRequestedById", c.email AS "cancelRequestedByEmail", r."cancelRequestedAt", r."runnerId", r."rerunOfId",
  r."claimNo", r."timeoutMs", r."inactivityTimeoutMs", r."messageCount", r."warningCount", r."errorCount", r."droppedMessages", r.rev`;
const ATTEMPTS = `(SELECT coalesce(json_agg(json_build_object('claimNo', a."claimNo", 'attempt', a.attempt, 'outcome', a.outcome,
    'runnerId', a."runnerId", 'startedAt', a."startedAt", 'endedAt', a."endedAt", 'durationMs', a."durationMs",
    'error', a.error, 'errorStack', a."errorStack") ORDER BY a."claimNo"), '[]')
  FROM "JobRunAttempt" a WHERE a."runId" = r.id)`;
const WHOLE = `${SUMMARY}, r.parameters, r.metadata, r."metadataTruncated", r."errorStack", r.steps,
  ${ATTEMPTS} AS "earlierAttempts"`;
const PEOPLE = `LEFT JOIN "User" t ON t.id = r."triggeredById" LEFT JOIN "User" c ON c.id = r."cancelRequestedById"
  LEFT JOIN "ApiToken" k ON k.id = r."triggeredByTokenId"`;

/** Reads RunSummaryRow columns from `source`, a table or a CTE with the columns of JobRun. */
export const selectSummary = (source: string): string => `SELECT ${SUMMARY} FROM ${source} r ${PEOPLE}`;

/** Reads RunRow columns from `source`, a table or a CTE with the columns of JobRun. */
export const selectRun = (source: string): string => `SELECT ${WHOLE} FROM ${source} r ${PEOPLE}`;
