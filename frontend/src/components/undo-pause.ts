import type { PauseState } from '@job-manager/shared/contract/pause';
import type { Pause } from './PauseDialog';

/** A pause to be made again after it was ended by hand; undefined for one that would have ended by itself since. */
export function pauseAgain({ reason, resumeAt }: PauseState, now = Date.now()): Pause | undefined {
  if (resumeAt !== null && Date.parse(resumeAt) <= now) return undefined;
  return { ...(reason !== null && { reason }), ...(resumeAt !== null && { resumeAt }) };
}
