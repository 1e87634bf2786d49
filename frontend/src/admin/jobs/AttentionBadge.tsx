import type { JobRunSummary } from '@job-manager/shared/contract/run';
import { IconAlertTriangle, IconHourglass } from '@tabler/icons-react';
import { spellDuration } from '../../lib/duration';
import classes from './AttentionBadge.module.css';
import { type Attention, type Limits, silenceLimit, slownessLimit } from './attention';

interface Props {
  run: JobRunSummary;
  attention: NonNullable<Attention>;
  limits: Limits;
}

/** Marks a run that needs attention, and shows why on hover. */
export function AttentionBadge({ run, attention, limits }: Props) {
  const isSlow = attention === 'slow';
  const Icon = isSlow ? IconHourglass : IconAlertTriangle;
  const limit = spellDuration((isSlow ? slownessLimit(run, limits) : silenceLimit(run, limits)) ?? 0);
  const hint = isSlow ? `Still alive, but running longer than its ${limit}` : `No heartbeat for more than ${limit}`;
  return (
    <span className={classes.badge} title={hint}>
      <Icon size={13} aria-hidden />
      {isSlow ? 'Slow' : 'Stalled'}
    </span>
  );
}
