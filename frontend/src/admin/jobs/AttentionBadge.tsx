import { IconAlertTriangle, IconHourglass } from '@tabler/icons-react';
import classes from './AttentionBadge.module.css';

const looks = {
  slow: { label: 'Slow', hint: 'Running longer than this job normally takes; still alive', icon: IconHourglass },
  stalled: { label: 'Stalled', hint: 'No heartbeat for more than 5 minutes', icon: IconAlertTriangle },
} as const;

/** Marks a run that needs looking at. */
export function AttentionBadge({ attention }: { attention: keyof typeof looks }) {
  const { label, hint, icon: Icon } = looks[attention];
  return (
    <span className={classes.badge} title={hint}>
      <Icon size={13} aria-hidden />
      {label}
    </span>
  );
}
