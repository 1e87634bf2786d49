import type { RunAction } from '@job-manager/shared/run';
import { allowedIn } from '@job-manager/shared/run';

export type QueueErrorCode =
  | 'UNKNOWN_JOB'
  | 'INVALID_PARAMETERS'
  | 'UNKNOWN_RUN'
  | 'NOT_ALLOWED'
  | 'LEASE_LOST'
  | 'TOO_MANY_ACTIVE'
  | 'INVALID_INPUT'
  /** The key of a run is taken. */
  | 'DUPLICATE'
  | 'UNKNOWN_BATCH'
  | 'UNKNOWN_SCHEDULE'
  | 'NAME_TAKEN'
  /** Nothing is wrong with the request; others came in between. */
  | 'BUSY';

export interface ParameterIssue {
  /** Dotted, from `parameters`: `parameters.batchSize`. */
  path: string;
  message: string;
}

/** A request the engine refuses. The message is for people; nothing was changed. */
export class QueueError extends Error {
  override readonly name = 'QueueError';

  constructor(
    readonly code: QueueErrorCode,
    message: string,
    readonly issues: ParameterIssue[] = [],
  ) {
    super(message);
  }
}

export const unknownRun = (id: string) => new QueueError('UNKNOWN_RUN', `There is no run #${id}.`);

export const notAllowed = (action: RunAction, id: string, status: string) =>
  new QueueError(
    'NOT_ALLOWED',
    `Run #${id} is ${status}; only ${allowedIn[action].join(' or ')} runs can be ${PAST[action]}.`,
  );

const PAST: Record<RunAction, string> = {
  cancel: 'cancelled',
  rerun: 'run again',
  forceFail: 'force-failed',
  report: 'reported on',
  reschedule: 'given another time',
};
