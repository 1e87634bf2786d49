/** The internal job of test batches: it is not offered with the others, and its runs don't count in the statistics of a day. */
export const SELF_TEST_JOB = 'queue-self-test';

/** States of a run, as stored. */
export const jobRunStatuses = ['QUEUED', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED'] as const;
export type JobRunStatus = (typeof jobRunStatuses)[number];

/** States that a run never leaves. */
export const terminalStatuses = ['SUCCESS', 'FAILED', 'CANCELLED'] as const satisfies JobRunStatus[];
export type TerminalStatus = (typeof terminalStatuses)[number];

/** What a screen shows: a RUNNING run that was requested to stop is CANCEL_REQUESTED. */
export type JobUIStatus = JobRunStatus | 'CANCEL_REQUESTED';

export const jobRunTriggers = ['MANUAL', 'CRON', 'EVENT', 'API'] as const;
export type JobRunTrigger = (typeof jobRunTriggers)[number];

/** Why a queued run has not been started. */
export const waitReasons = [
  /** Its time has not come. */
  'scheduled',
  /** An attempt failed, and the next waits a while. */
  'retry',
  /** It waits for other runs. */
  'blocked',
  'jobPaused',
  'channelPaused',
  'channelFull',
  'rateLimited',
  /** No live process has the code of its job. */
  'noCode',
  'noRunner',
  /** Every slot of every runner is taken. */
  'runnersBusy',
  /** Others come first. */
  'inLine',
] as const;
export type WaitReason = (typeof waitReasons)[number];

/** Why a run that failed has no further attempt. */
export const noRetryReasons = [
  'attempts',
  /** The job reported that it can't succeed. */
  'final',
  'parameters',
  'result',
  'cancelled',
  'poison',
  'operator',
  'external',
] as const;

/** Prefixes of errors that fail a run for good; screens derive from them why no attempt follows. */
export const finalErrors = {
  parameters: 'The parameters do not fit this job',
  result: "The job's result can't be kept",
  outcome: 'The outcome could not be stored',
} as const;

/** A run whose job states no threshold of its own is called slow after this time, or some time before a shorter timeout ends it. */
export const defaultSlowAfterMs = 30 * 60_000;
export const slowPartOfTimeout = 0.8;

/** In which states each action is open; the screen offers it, the engine enforces it. */
export const allowedIn = {
  cancel: ['QUEUED', 'RUNNING'],
  rerun: ['SUCCESS', 'FAILED', 'CANCELLED'],
  forceFail: ['RUNNING'],
  report: ['RUNNING'],
  /** Now, or later: where it waits for its time or its next attempt. */
  reschedule: ['QUEUED'],
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
