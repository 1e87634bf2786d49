import { notificationChannels } from '@job-manager/client/notification-channels';
import { DEFAULT_SCHEMA } from '../database/schema.js';

/** Topics of LISTEN/NOTIFY. A lost notification costs a poll interval and never a run. */
export const channels = {
  ...notificationChannels,
  /** Running runs were requested to stop; payload: their ids, a JSON array. */
  cancel: 'job_manager_cancel',
  /** Runners lost the leases of runs; payload: their ids, a JSON array. */
  revoked: 'job_manager_revoked',
  /** Newest progress of running runs; payload: a JSON array of ProgressNote. */
  progress: 'job_manager_progress',
  /** Runs wrote messages, or their steps changed; payload: their ids, a JSON array. */
  messages: 'job_manager_messages',
  /** A person's role, sessions or account changed; payload: the user id. Sent by triggers. */
  access: 'job_manager_access',
  /** Schedules were made, changed or resumed: schedulers poll; no payload. */
  schedules: 'job_manager_schedules',
  /** Jobs were paused or resumed, or settings of them changed: what claims or queues their runs reads them; no payload. */
  jobs: 'job_manager_jobs',
  /** A bulk operation has begun: bulk workers poll; no payload. */
  bulk: 'job_manager_bulk',
  /** Incidents or messages of them changed; no payload. */
  alerts: 'job_manager_alerts',
  /** Commands wait for runners; payload: their ids, a JSON array. */
  commands: 'job_manager_commands',
  /** A process measures how long a notification takes to come back to it; payload: its own mark. */
  probe: 'job_manager_probe',
} as const;
export type ChannelName = keyof typeof channels;

/** Those that name runs: in another schema of the database other runs have the same numbers. */
const OF_ONE_SCHEMA: ReadonlySet<ChannelName> = new Set(['cancel', 'revoked', 'progress', 'messages']);

/**
 * The name of a topic for the tables of a schema. Topics without ids are shared by the whole database: they only wake.
 */
export const channelOf = (name: ChannelName, schema: string): string =>
  schema === DEFAULT_SCHEMA || !OF_ONE_SCHEMA.has(name) ? channels[name] : `${channels[name]}_${schema}`;

export interface ProgressNote {
  id: string;
  claimNo: number;
  percent: number | null;
  message: string | null;
}
