/** What a program says with NOTIFY when it has queued runs; the rest of what is said stands in the engine's store. */
export const notificationChannels = {
  /** Something about the active runs changed; no payload. */
  changed: 'job_manager_changed',
  /** Runs were queued: sleeping runners may look. The id of a run that came alone, or nothing. */
  queued: 'job_manager_queued',
} as const;
