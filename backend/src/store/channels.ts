/** Channels of LISTEN/NOTIFY. A lost notification costs a poll interval and never a run. */
export const channels = {
  /** Something about the active runs changed; no payload. */
  changed: 'job_manager_changed',
  /** Runs were queued: sleeping runners may look; no payload. */
  queued: 'job_manager_queued',
  /** Running runs were asked to stop; payload: their ids, a JSON array. */
  cancel: 'job_manager_cancel',
  /** Runs were taken away from those who run them; payload: their ids, a JSON array. */
  revoked: 'job_manager_revoked',
  /** Newest progress of running runs; payload: a JSON array of ProgressNote. */
  progress: 'job_manager_progress',
  /** Runs wrote messages, or their steps changed; payload: their ids, a JSON array. */
  messages: 'job_manager_messages',
  /** Somebody's role, sessions or account changed; payload: the user id. Sent by triggers. */
  access: 'job_manager_access',
  /** A process measures how long a notification takes to come back to it; payload: its own mark. */
  probe: 'job_manager_probe',
} as const;
export type ChannelName = keyof typeof channels;

export interface ProgressNote {
  id: string;
  claimNo: number;
  percent: number | null;
  message: string | null;
}
