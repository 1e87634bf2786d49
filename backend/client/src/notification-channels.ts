/** The notification of a program that has queued runs; the other notifications stand in the engine's store. */
export const notificationChannels = {
  /** Something about the active runs changed; no payload. */
  changed: 'job_manager_changed',
  /** Runs were queued: idle runners poll. Payload: the id of a run that was queued alone, or nothing. */
  queued: 'job_manager_queued',
} as const;
