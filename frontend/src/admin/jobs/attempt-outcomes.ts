import type { JobRunAttempt } from '@job-manager/shared/contract/message';
import {
  IconAlarmSnooze,
  IconCheck,
  IconCircleDotFilled,
  IconCircleX,
  IconCornerUpLeft,
  IconPlugConnectedX,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react';

export interface OutcomeAppearance {
  label: string;
  /** What it means, where the label alone is not enough. */
  hint?: string;
  icon: TablerIcon;
  tone: 'queued' | 'running' | 'success' | 'failed' | 'cancelled';
}

/** How an attempt ended, as a label and a colour. */
export const outcomeAppearance = {
  RUNNING: { label: 'Running', icon: IconCircleDotFilled, tone: 'running' },
  SUCCESS: { label: 'Success', icon: IconCheck, tone: 'success' },
  FAILED: { label: 'Failed', icon: IconX, tone: 'failed' },
  CANCELLED: { label: 'Cancelled', icon: IconCircleX, tone: 'cancelled' },
  LOST: {
    label: 'Lost',
    hint: 'The runner ended without notice, or sent no heartbeats.',
    icon: IconPlugConnectedX,
    tone: 'failed',
  },
  RELEASED: {
    label: 'Released',
    hint: 'The runner was stopped, or ended before the job began; this doesn’t count as an attempt.',
    icon: IconCornerUpLeft,
    tone: 'queued',
  },
  SNOOZED: {
    label: 'Snoozed',
    hint: 'The job snoozed its run; this doesn’t count as an attempt.',
    icon: IconAlarmSnooze,
    tone: 'queued',
  },
} as const satisfies Record<JobRunAttempt['outcome'], OutcomeAppearance>;
