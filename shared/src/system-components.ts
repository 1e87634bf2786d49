import type { AlertRuleKind } from './alert-rules.js';

/** The parts of an installation, in the order of the service matrix. */
export const systemComponents = [
  'api',
  'database',
  'notifications',
  'sockets',
  'runners',
  'jobs',
  'scheduler',
  'queue',
  'maintenance',
  'selfCheck',
  'external',
  'alertDelivery',
  'browserErrors',
] as const;
export type SystemComponentId = (typeof systemComponents)[number];

/** Of which part each reason of health is. */
const ofReason: Record<string, SystemComponentId> = {
  CLOSING: 'api',
  UNTRUSTED_PROXY: 'api',
  DATABASE_UNREACHABLE: 'database',
  DATABASE_SLOW: 'database',
  STATE_UNKNOWN: 'database',
  MIGRATIONS_MISSING: 'database',
  MIGRATIONS_UNKNOWN: 'database',
  SCHEMA_DRIFT: 'database',
  NOTIFICATIONS_DOWN: 'notifications',
  NOTIFICATIONS_SLOW: 'notifications',
  NO_RUNNER: 'runners',
  RUNNER_LOST: 'runners',
  RUNNER_SILENT: 'runners',
  RUNNER_IDLE: 'runners',
  LOOP_BLOCKED: 'runners',
  STANDBY: 'runners',
  JOB_VERSIONS: 'runners',
  FAILURE_RATE: 'jobs',
  STALLED_RUNS: 'jobs',
  SLOW_RUNS: 'jobs',
  SCHEDULER_OFF: 'scheduler',
  BACKLOG_OLD: 'queue',
  CHANNEL_PAUSED: 'queue',
  JOB_PAUSED: 'queue',
  MAINTENANCE_OVERDUE: 'maintenance',
  MAINTENANCE_PROBLEM: 'maintenance',
  EXTERNAL_LIMIT: 'external',
};

/** Of which part incidents of each kind of rule are; those of health are by their reason. */
const ofKind: Record<Exclude<AlertRuleKind, 'health'>, SystemComponentId> = {
  runFailed: 'jobs',
  failureRate: 'jobs',
  failuresRising: 'jobs',
  slowRuns: 'jobs',
  stalledRuns: 'jobs',
  noSuccess: 'jobs',
  newCause: 'jobs',
  channelLate: 'queue',
  queueDepth: 'queue',
  noRunner: 'runners',
  runnerLost: 'runners',
  scheduleSkipped: 'scheduler',
  panelErrors: 'browserErrors',
  panelErrorsRising: 'browserErrors',
  connectionsLost: 'sockets',
};

/** Problems of these tasks are of a part of their own. */
const ofTask: Record<string, SystemComponentId> = {
  'self-check': 'selfCheck',
  'send alerts': 'alertDelivery',
  'judge alert rules': 'alertDelivery',
};

/** The part that a reason of health is of; `task` is the maintenance task that it names. */
export const componentOfReason = (code: string, task?: string): SystemComponentId =>
  (task === undefined ? undefined : ofTask[task]) ?? ofReason[code] ?? 'api';

/** The part that an incident is of; `reason` is the reason of health that it is about. */
export const componentOfIncident = (kind: AlertRuleKind, reason: string): SystemComponentId =>
  kind === 'health' ? componentOfReason(reason) : (ofKind[kind] ?? 'jobs');

/** What the service log lists. */
export const systemEventKinds = ['incident', 'runner', 'verdict', 'version', 'maintenance'] as const;
export type SystemEventKind = (typeof systemEventKinds)[number];
export const systemEventSeverities = ['info', 'success', 'warning', 'error'] as const;
export type SystemEventSeverity = (typeof systemEventSeverities)[number];
