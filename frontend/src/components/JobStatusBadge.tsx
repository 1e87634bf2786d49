import type { JobUIStatus } from '@job-manager/shared/run';
import classes from './JobStatusBadge.module.css';
import { statusAppearance } from './status';

/** A status as text, with its mark. */
export function JobStatusBadge({ status }: { status: JobUIStatus }) {
  const { label, icon: Icon, tone } = statusAppearance[status];
  return (
    <span className={classes.badge} data-tone={tone} data-status={status}>
      <Icon size={14} aria-hidden className={status === 'CANCEL_REQUESTED' ? classes.turning : undefined} />
      {label}
    </span>
  );
}

/** The mark alone, in its tinted disc; the label is beside it. */
export function StatusMark({ status }: { status: JobUIStatus }) {
  const { icon: Icon, tone } = statusAppearance[status];
  return (
    <span className={classes.mark} data-tone={tone} aria-hidden>
      <Icon size={16} className={status === 'CANCEL_REQUESTED' ? classes.turning : undefined} />
    </span>
  );
}
