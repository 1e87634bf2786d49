/** The notification of a program that has queued runs; the other notifications stand in the engine's store. */
export const notificationChannels = {
  /** Something about the active runs changed; no payload. */
  changed: 'job_manager_changed',
  /** Runs were queued: sleeping runners may look. The id of a run that came alone, or nothing. */
  queued: 'job_manager_queued',
} as const;
