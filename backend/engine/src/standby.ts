/** The log line of a process in standby. */
export const STANDBY_NOTE =
  'Standing by (JOBS_STANDBY=on): nothing is executed, scheduled, recovered or removed by this process';
