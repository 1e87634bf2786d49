import type { JobRunStep } from '@job-manager/shared/contract/message';
import type { JobRun } from '@job-manager/shared/contract/run';
import type { StepState } from '@job-manager/shared/message';
import {
  IconCheck,
  IconChevronRight,
  IconCircleDashed,
  IconCircleDotFilled,
  IconCircleX,
  IconPlayerSkipForward,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react';
import { useState } from 'react';
import { JobProgressBar } from '../../components/JobProgressBar';
import { Elapsed } from '../../components/RelativeTime';
import { formatDuration } from '../../lib/duration';
import details from './RunDetails.module.css';
import classes from './RunSteps.module.css';

interface Props {
  steps: JobRunStep[];
  startedAt: JobRun['startedAt'];
}

/** The parts of a run: each with its state, how far it is and how long it took. */
export function RunSteps({ steps, startedAt }: Props) {
  const leaves = leavesOf(steps);
  const done = leaves.filter(({ state }) => state === 'done').length;
  return (
    <section aria-label="Steps">
      <h3 className={details.heading}>
        Steps{' '}
        <span className={classes.count}>
          {done} of {leaves.length} done
        </span>
      </h3>
      <StepList steps={steps} startedAt={startedAt} stepCount={leaves.length} />
    </section>
  );
}

function StepList({ stepCount, steps, startedAt }: Props & { stepCount: number }) {
  return (
    <ol className={classes.steps}>
      {steps.map((step) => (
        <Step key={step.id} step={step} startedAt={startedAt} stepCount={stepCount} />
      ))}
    </ol>
  );
}

interface StepProps {
  step: JobRunStep;
  startedAt: JobRun['startedAt'];
  /** In the whole run. */
  stepCount: number;
}

function Step({ step, startedAt, stepCount }: StepProps) {
  const [wanted, setWanted] = useState<boolean>();
  const isOpen = wanted ?? opensByItself(step, stepCount);
  const { icon: Icon, tone } = stepAppearance[step.state];
  return (
    <li className={classes.step} data-tone={tone} data-state={step.state}>
      <div className={classes.row}>
        <Icon size={16} className={classes.icon} aria-hidden />
        <div className={classes.words}>
          {step.steps.length === 0 ? (
            <span className={classes.label} title={step.label}>
              {step.label}
            </span>
          ) : (
            <button type="button" className={classes.toggle} aria-expanded={isOpen} onClick={() => setWanted(!isOpen)}>
              <span className={classes.label} title={step.label}>
                {step.label}
              </span>
              <IconChevronRight size={14} className={classes.chevron} aria-hidden />
            </button>
          )}
          {step.message && (
            <span className={classes.message} title={step.message}>
              {step.message}
            </span>
          )}
        </div>
        <div className={classes.bar}>
          <JobProgressBar percent={step.progress * 100} label={`Progress of ${step.label}`} tone={tone} />
        </div>
        <StepStatus step={step} />
        <span className={classes.time}>
          <StepTime step={step} startedAt={startedAt} />
        </span>
      </div>
      {step.steps.length > 0 && isOpen && <StepList steps={step.steps} startedAt={startedAt} stepCount={stepCount} />}
    </li>
  );
}

function StepStatus({ step }: { step: JobRunStep }) {
  const { label } = stepAppearance[step.state];
  if (step.state !== 'running') return <span className={classes.state}>{label}</span>;
  return (
    <span className={classes.state}>
      <span className="visually-hidden">{label}, </span>
      {Math.floor(step.progress * 100)}%
    </span>
  );
}

function StepTime({ step, startedAt }: { step: JobRunStep; startedAt: string | null }) {
  if (step.state === 'running' && startedAt !== null && step.startedAfterMs !== null)
    return <Elapsed since={new Date(Date.parse(startedAt) + step.startedAfterMs).toISOString()} />;
  return step.tookMs === null ? null : <span className="tabular">{formatDuration(step.tookMs)}</span>;
}

interface StepAppearance {
  label: string;
  icon: TablerIcon;
  tone: 'queued' | 'running' | 'success' | 'failed' | 'cancelled';
}

const stepAppearance = {
  pending: { label: 'Waiting', icon: IconCircleDashed, tone: 'queued' },
  running: { label: 'Running', icon: IconCircleDotFilled, tone: 'running' },
  done: { label: 'Done', icon: IconCheck, tone: 'success' },
  failed: { label: 'Failed', icon: IconX, tone: 'failed' },
  cancelled: { label: 'Cancelled', icon: IconCircleX, tone: 'cancelled' },
  skipped: { label: 'Skipped', icon: IconPlayerSkipForward, tone: 'queued' },
} as const satisfies Record<StepState, StepAppearance>;

/** All steps that have no steps of their own: those in which work is done. */
const leavesOf = (steps: readonly JobRunStep[]): JobRunStep[] =>
  steps.flatMap((step) => (step.steps.length === 0 ? [step] : leavesOf(step.steps)));

/** As many fit a screen; of more, those are open in which something happens or has failed. */
const SHOWN_OPEN = 20;

const opensByItself = (step: JobRunStep, stepCount: number): boolean =>
  stepCount <= SHOWN_OPEN || step.state === 'running' || step.state === 'failed';
