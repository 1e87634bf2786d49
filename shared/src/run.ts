/** States of a run, as stored. */
export const jobRunStatuses = ['QUEUED', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED'] as const;
export type JobRunStatus = (typeof jobRunStatuses)[number];

/** States that a run never leaves. */
export const terminalStatuses = ['SUCCESS', 'FAILED', 'CANCELLED'] as const satisfies JobRunStatus[];
export type TerminalStatus = (typeof terminalStatuses)[number];

/** What a screen shows: a RUNNING run that was asked to stop is CANCEL_REQUESTED. */
export type JobUIStatus = JobRunStatus | 'CANCEL_REQUESTED';

export const jobRunTriggers = ['MANUAL', 'CRON', 'EVENT', 'API'] as const;
export type JobRunTrigger = (typeof jobRunTriggers)[number];

/** A run whose job states no threshold of its own is called slow some time before its timeout ends it. */
export const slowPartOfTimeout = 0.8;

/** In which states each action is open; the screen offers it, the engine enforces it. */
export const allowedIn = {
  cancel: ['QUEUED', 'RUNNING'],
  rerun: ['SUCCESS', 'FAILED', 'CANCELLED'],
  forceFail: ['RUNNING'],
  report: ['RUNNING'],
} as const satisfies Record<string, JobRunStatus[]>;
export type RunAction = keyof typeof allowedIn;

export function isAllowed(action: RunAction, status: JobRunStatus): boolean {
  return (allowedIn[action] as readonly JobRunStatus[]).includes(status);
}

export function isTerminal(status: JobRunStatus): status is TerminalStatus {
  return (terminalStatuses as readonly JobRunStatus[]).includes(status);
}

export function uiStatus(run: { status: JobRunStatus; cancelRequestedAt: string | null }): JobUIStatus {
  return run.status === 'RUNNING' && run.cancelRequestedAt !== null ? 'CANCEL_REQUESTED' : run.status;
}
