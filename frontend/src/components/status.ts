import type { JobRunTrigger, JobUIStatus } from '@job-manager/shared/run';
import {
  IconCheck,
  IconCircleDotFilled,
  IconCircleX,
  IconPlayerPauseFilled,
  IconRefresh,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react';

interface StatusAppearance {
  label: string;
  icon: TablerIcon;
  /** Which of the `--status-…` colours. */
  tone: 'queued' | 'running' | 'success' | 'failed' | 'cancelled';
}

export const statusAppearance = {
  QUEUED: { label: 'Queued', icon: IconPlayerPauseFilled, tone: 'queued' },
  RUNNING: { label: 'Running', icon: IconCircleDotFilled, tone: 'running' },
  CANCEL_REQUESTED: { label: 'Stopping…', icon: IconRefresh, tone: 'cancelled' },
  SUCCESS: { label: 'Success', icon: IconCheck, tone: 'success' },
  FAILED: { label: 'Failed', icon: IconX, tone: 'failed' },
  CANCELLED: { label: 'Cancelled', icon: IconCircleX, tone: 'cancelled' },
} as const satisfies Record<JobUIStatus, StatusAppearance>;

export const triggerLabel = {
  MANUAL: 'Manual',
  CRON: 'Cron',
  EVENT: 'Event',
  API: 'API',
} as const satisfies Record<JobRunTrigger, string>;
