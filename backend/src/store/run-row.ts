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
  cancelRequestedById: number | null;
  cancelRequestedByEmail: string | null;
  cancelRequestedAt: Date | null;
  runnerId: string | null;
  rerunOfId: string | null;
  claimNo: number;
  rev: number;
}

export interface RunRow extends RunSummaryRow {
  parameters: Record<string, unknown>;
  metadata: unknown;
  metadataTruncated: boolean;
  errorStack: string | null;
}

const SUMMARY = `r.id, r."jobName", r.channel, r.priority, r.status, r.trigger, r.scope, r."algorithmVersion", r.error,
  r."progressPercent", r."progressMessage", r.attempt, r."maxAttempts", r."runAt", r."queuedAt", r."startedAt",
  r."finishedAt", r."lastHeartbeatAt", r."durationMs", r."queueDelayMs", r."triggeredById", t.email AS "triggeredByEmail",
  r."cancelRequestedById", c.email AS "cancelRequestedByEmail", r."cancelRequestedAt", r."runnerId", r."rerunOfId",
  r."claimNo", r.rev`;
const WHOLE = `${SUMMARY}, r.parameters, r.metadata, r."metadataTruncated", r."errorStack"`;
const PEOPLE = `LEFT JOIN "User" t ON t.id = r."triggeredById" LEFT JOIN "User" c ON c.id = r."cancelRequestedById"`;

/** Reads RunSummaryRow columns from `source`, a table or a CTE with the columns of JobRun. */
export const selectSummary = (source: string): string => `SELECT ${SUMMARY} FROM ${source} r ${PEOPLE}`;

/** Reads RunRow columns from `source`, a table or a CTE with the columns of JobRun. */
export const selectRun = (source: string): string => `SELECT ${WHOLE} FROM ${source} r ${PEOPLE}`;
