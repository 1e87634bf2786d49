import { type ParameterIssue, QueueError } from '@job-manager/client/errors';
import type { RunAction } from '@job-manager/shared/run';
import { allowedIn } from '@job-manager/shared/run';

export { type ParameterIssue, QueueError };

/** A change of what another caller has changed meanwhile. */
export class ChangedMeanwhile extends QueueError {
  constructor(
    message: string,
    /** The current value. */
    readonly current: unknown,
  ) {
    super('CHANGED', message);
  }
}

export const unknownRun = (id: string) => new QueueError('UNKNOWN_RUN', `There is no run #${id}.`);

/** Describes when and why it was removed; the same text everywhere. */
export const removedRun = (id: string, { at, reason }: { at: Date; reason: string }) =>
  new QueueError(
    'UNKNOWN_RUN',
    `Run #${id} was removed by retention on ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC (${reason}).`,
  );

export const unknownBatch = (id: string) => new QueueError('UNKNOWN_BATCH', `There is no batch #${id}.`);

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
