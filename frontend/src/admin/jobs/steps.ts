import type { JobRunStep } from '@job-manager/shared/contract/message';
import type { StepState } from '@job-manager/shared/message';
import {
  IconCheck,
  IconCircleDashed,
  IconCircleDotFilled,
  IconCircleX,
  IconPlayerSkipForward,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react';

interface StepLook {
  label: string;
  icon: TablerIcon;
  tone: 'queued' | 'running' | 'success' | 'failed' | 'cancelled';
}

export const stepLook = {
  pending: { label: 'Waiting', icon: IconCircleDashed, tone: 'queued' },
  running: { label: 'Running', icon: IconCircleDotFilled, tone: 'running' },
  done: { label: 'Done', icon: IconCheck, tone: 'success' },
  failed: { label: 'Failed', icon: IconX, tone: 'failed' },
  cancelled: { label: 'Cancelled', icon: IconCircleX, tone: 'cancelled' },
  skipped: { label: 'Skipped', icon: IconPlayerSkipForward, tone: 'queued' },
} as const satisfies Record<StepState, StepLook>;

/** All steps that have no steps of their own: those in which work is done. */
export const leavesOf = (steps: readonly JobRunStep[]): JobRunStep[] =>
  steps.flatMap((step) => (step.steps.length === 0 ? [step] : leavesOf(step.steps)));

/** As many fit a screen; of more, those are open in which something happens or has failed. */
const SHOWN_OPEN = 20;

export const opensByItself = (step: JobRunStep, stepCount: number): boolean =>
  stepCount <= SHOWN_OPEN || step.state === 'running' || step.state === 'failed';
