import { IconAlertTriangle, IconArrowRight, IconUrgent } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import { paths } from '../paths';
import { useSteady } from '../ui/hold-still';
import classes from './HealthHint.module.css';
import { useHealth } from './useHealth';

/** What the list of active runs shows beside the runs themselves. */
const shownByRuns: readonly string[] = ['STALLED_RUNS', 'SLOW_RUNS'];

/**
 * One line when not all is well, leading to why; nothing otherwise, nor when health itself can't be read. Above the
 * list of active runs it leaves out what that list shows.
 */
export function HealthHint({ isAboveRuns = false }: { isAboveRuns?: boolean }) {
  const health = useSteady(useHealth());
  const reasons = (health?.reasons ?? []).filter(({ code }) => !isAboveRuns || !shownByRuns.includes(code));
  const [worst] = reasons;
  if (health === undefined || health.verdict === 'OK') return null;
  if (isAboveRuns && worst === undefined) return null;
  const Icon = health.verdict === 'CRITICAL' ? IconUrgent : IconAlertTriangle;
  return (
    <Link to={paths.systemStatus} className={classes.hint} data-verdict={health.verdict}>
      <Icon size={18} aria-hidden className={classes.icon} />
      <span className={classes.words}>
        <strong>{health.verdict === 'CRITICAL' ? 'Critical' : 'Warning'}</strong>
        {worst && `: ${worst.message}`}
        {reasons.length > 1 && ` (and ${reasons.length - 1} more)`}
      </span>
      <span className={classes.way}>
        System status <IconArrowRight size={14} aria-hidden />
      </span>
    </Link>
  );
}
