import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { type JobUIStatus, uiStatus } from '@job-manager/shared/run';
import type { ComponentType } from 'react';
import { useServerTime } from '../../api/server-clock';
import { type Attention, attentionOf, type Limits } from './attention';
import type { ListRow } from './list-rows';

/** What a row of the active list is drawn from. */
export interface ActiveRowProps {
  run: JobRunSummary;
  /** What it is drawn as: an item of a list of any length is no `li` of a `ul`. */
  as?: 'li' | 'div';
  /** Requested to stop from this page, and not yet confirmed. */
  isCancelling: boolean;
  state: ListRow['state'];
  /** Has ended, and is about to go. */
  isFading: boolean;
  limits: Limits;
  /** Undefined where rows can't be ticked. */
  isTicked?: boolean;
  onTick?: (jobRunId: string) => void;
  onCancel: (run: JobRunSummary) => void;
  onViewDetails: (jobRunId: string) => void;
  /** Shows more about the run behind its name or its time. */
  Advice?: ComponentType<{ run: JobRunSummary }>;
  /** More that can be done with the run, behind `⋯`. */
  Menu?: ComponentType<RunMenuProps>;
}

export interface RunMenuProps {
  run: JobRunSummary;
  isStopping: boolean;
  onCancel: (run: JobRunSummary) => void;
  onViewDetails: (jobRunId: string) => void;
}

/**
 * What a row shows of its run: the status, also once the reader has requested it to stop, and whether it needs
 * attention.
 */
export function useActiveRow({ run, isCancelling, state, limits }: ActiveRowProps): {
  status: JobUIStatus;
  attention: Attention;
  name: string;
} {
  const attention = useServerTime((now) => (state === 'active' && attentionOf(run, limits, now)) || '');
  return {
    status: isCancelling ? 'CANCEL_REQUESTED' : uiStatus(run),
    attention: attention === '' ? null : attention,
    name: `${run.jobName} #${run.id}`,
  };
}
