import type { Verdict } from '@job-manager/shared/contract/health';
import type { SystemComponentId } from '@job-manager/shared/system-components';
import { paths } from '../../paths';
import type { TagTone } from '../../ui/Tag';

export const verdictTones: Record<Verdict, TagTone> = { OK: 'success', WARNING: 'warning', CRITICAL: 'failed' };
export const verdictLabels: Record<Verdict, string> = { OK: 'OK', WARNING: 'Warning', CRITICAL: 'Critical' };

/** The part of the page with the figures of the server over time. */
export const CHARTS = '#charts';

/** What each part is called, and the page that shows more of it. */
export const components: Record<SystemComponentId, { label: string; to: string }> = {
  api: { label: 'API', to: CHARTS },
  database: { label: 'Database', to: CHARTS },
  notifications: { label: 'LISTEN/NOTIFY', to: CHARTS },
  sockets: { label: 'Live connections', to: CHARTS },
  runners: { label: 'Runners', to: paths.runners },
  jobs: { label: 'Jobs', to: paths.definitions },
  scheduler: { label: 'Scheduler', to: paths.schedules },
  queue: { label: 'Queue', to: paths.channels },
  maintenance: { label: 'Maintenance', to: `${paths.systemStatus}?tab=maintenance` },
  selfCheck: { label: 'Self-check', to: `${paths.systemStatus}?tab=maintenance` },
  external: { label: 'External programs', to: paths.monitor },
  alertDelivery: { label: 'Alert delivery', to: `${paths.alerts}?tab=destinations` },
  browserErrors: { label: 'Browser errors', to: paths.errors },
};

/** What a person can do about each reason of health; OPERATING.md has the same at length. */
export const advice: Record<string, string> = {
  DATABASE_UNREACHABLE: 'Bring PostgreSQL back; nothing else is needed.',
  DATABASE_SLOW: 'Check PostgreSQL’s load and the network.',
  STATE_UNKNOWN: 'Check PostgreSQL’s load.',
  MIGRATIONS_MISSING: 'Run “pnpm db:migrate”.',
  MIGRATIONS_UNKNOWN: 'Go on with the deploy.',
  SCHEMA_DRIFT: 'Make it again, as prisma/migrations has it.',
  NO_RUNNER: 'Start “pnpm worker:jobs”, or set JOBS_RUNNER=on.',
  BACKLOG_OLD: 'Start more runners, or raise JOBS_CONCURRENCY.',
  STALLED_RUNS: 'The engine recovers them automatically; “Clean Up Stalled” does it now.',
  SLOW_RUNS: 'Read the run’s log; cancel or force-fail it.',
  FAILURE_RATE: 'Open the history of failed runs and read the error.',
  CHANNEL_PAUSED: 'Resume the channel when it may go on.',
  JOB_PAUSED: 'Resume the job when it may go on.',
  RUNNER_LOST: 'Find out why it ended; the engine recovers its runs.',
  RUNNER_SILENT: 'Check that machine and its network.',
  RUNNER_IDLE: 'Restart it.',
  LOOP_BLOCKED: 'Call “await ctx.checkCancellation()” in the job’s loop.',
  NOTIFICATIONS_DOWN: 'Behind a pooler set DATABASE_LISTEN_URL.',
  NOTIFICATIONS_SLOW: 'Check PostgreSQL’s load and the network.',
  EXTERNAL_LIMIT: 'Raise JOBS_MAX_EXTERNAL, or find the program that starts them.',
  MAINTENANCE_PROBLEM: 'The server’s log has the error.',
  MAINTENANCE_OVERDUE: 'See whether a server or runner is alive.',
  JOB_VERSIONS: 'Usual during a deploy; when it stays, stop the old processes.',
  STANDBY: 'Start it without JOBS_STANDBY when it is to work.',
  SCHEDULER_OFF: 'See that another process fires the schedules.',
  UNTRUSTED_PROXY: 'Set TRUST_PROXY to the proxy’s address, if it is yours.',
};
