import type { PauseState } from '@job-manager/shared/contract/pause';

/** The columns of what can be paused; `pausedAt` is null where it isn't. */
export interface PauseColumns {
  pausedAt: Date | null;
  pausedBy: string | null;
  pauseReason: string | null;
  resumeAt: Date | null;
}

/** A pause as the API shows it. */
export const presentPause = ({ pausedAt, pausedBy, pauseReason, resumeAt }: PauseColumns): PauseState | null =>
  pausedAt && {
    at: pausedAt.toISOString(),
    by: pausedBy,
    reason: pauseReason,
    resumeAt: resumeAt?.toISOString() ?? null,
  };
