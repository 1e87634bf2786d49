import { alertDestination } from '@job-manager/shared/contract/alerts/destinations';
import { alertDelivery, incident } from '@job-manager/shared/contract/alerts/incidents';
import { alertRule } from '@job-manager/shared/contract/alerts/rules';
import { auditEvent } from '@job-manager/shared/contract/audit';
import { ownSession } from '@job-manager/shared/contract/auth';
import { jobRunBatch } from '@job-manager/shared/contract/batches';
import { bulkOperation, bulkPreview } from '@job-manager/shared/contract/bulk';
import { jobChannel } from '@job-manager/shared/contract/channels';
import { jobActivity } from '@job-manager/shared/contract/definitions';
import { clientErrorGroup, clientErrorOccurrence } from '@job-manager/shared/contract/errors';
import { failureCause } from '@job-manager/shared/contract/failures';
import { runnerHealth, systemHealth, troubledRun } from '@job-manager/shared/contract/health';
import { issue } from '@job-manager/shared/contract/issues';
import { jobSettings } from '@job-manager/shared/contract/job-overrides';
import { listedJob } from '@job-manager/shared/contract/jobs';
import { jobRunAttempt, jobRunMessage } from '@job-manager/shared/contract/message';
import { metricSeries } from '@job-manager/shared/contract/metrics';
import { pauseState } from '@job-manager/shared/contract/pause';
import { preset } from '@job-manager/shared/contract/presets';
import { accessRole } from '@job-manager/shared/contract/roles';
import { jobRun, jobRunSummary, jobStats } from '@job-manager/shared/contract/run';
import { graphNode } from '@job-manager/shared/contract/run-lists';
import { goneRunner, runnerCommand, runnerEvent, runnerLogLine } from '@job-manager/shared/contract/runners';
import { jobSchedule, scheduledRun } from '@job-manager/shared/contract/schedules';
import { systemComponent, systemEvent } from '@job-manager/shared/contract/system';
import { apiToken } from '@job-manager/shared/contract/tokens';
import { account } from '@job-manager/shared/contract/users';
import { savedView } from '@job-manager/shared/contract/views';
import { problem } from '@job-manager/shared/errors';
import type { ZodType } from 'zod';

/** What the API document names, so that generated clients have a type for each of our nouns. */
const NOUNS: Record<string, ZodType> = {
  JobRun: jobRun,
  JobRunSummary: jobRunSummary,
  JobRunAttempt: jobRunAttempt,
  JobRunMessage: jobRunMessage,
  JobRunBatch: jobRunBatch,
  GraphNode: graphNode,
  JobDefinition: listedJob,
  JobActivity: jobActivity,
  JobSettings: jobSettings,
  JobStats: jobStats,
  Preset: preset,
  SavedView: savedView,
  JobChannel: jobChannel,
  JobSchedule: jobSchedule,
  ScheduledRun: scheduledRun,
  PauseState: pauseState,
  BulkOperation: bulkOperation,
  BulkPreview: bulkPreview,
  FailureCause: failureCause,
  Issue: issue,
  MetricSeries: metricSeries,
  Runner: runnerHealth,
  GoneRunner: goneRunner,
  RunnerCommand: runnerCommand,
  RunnerEvent: runnerEvent,
  RunnerLogLine: runnerLogLine,
  SystemHealth: systemHealth,
  SystemComponent: systemComponent,
  SystemEvent: systemEvent,
  TroubledRun: troubledRun,
  AlertRule: alertRule,
  AlertDestination: alertDestination,
  AlertDelivery: alertDelivery,
  Incident: incident,
  Account: account,
  AccessRole: accessRole,
  ApiToken: apiToken,
  Session: ownSession,
  AuditEvent: auditEvent,
  ClientErrorGroup: clientErrorGroup,
  ClientErrorOccurrence: clientErrorOccurrence,
  Problem: problem,
};

export const namedSchemas = Object.fromEntries(
  Object.entries(NOUNS).map(([name, schema]) => [name, { schema, strategy: 'output' as const }]),
);
