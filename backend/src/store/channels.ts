/** Channels of LISTEN/NOTIFY. A lost notification costs a poll interval and never a run. */
export const channels = {
  /** Something about the active runs changed; no payload. */
  changed: 'job_manager_changed',
  /** Runs were queued: sleeping runners may look; no payload. */
  queued: 'job_manager_queued',
  /** Running runs were asked to stop; payload: their ids, a JSON array. */
  cancel: 'job_manager_cancel',
  /** Newest progress of running runs; payload: a JSON array of ProgressNote. */
  progress: 'job_manager_progress',
  /** Somebody's role, sessions or account changed; payload: the user id. Sent by triggers. */
  access: 'job_manager_access',
} as const;
export type ChannelName = keyof typeof channels;

export interface ProgressNote {
  id: string;
  claimNo: number;
  percent: number | null;
  message: string | null;
}
