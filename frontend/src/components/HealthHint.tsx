import { IconAlertTriangle, IconArrowRight, IconUrgent } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import { paths } from '../paths';
import { useSteady } from '../ui/hold-still';
import classes from './HealthHint.module.css';
import { useHealth } from './useHealth';

/** One line when not all is well, leading to why; nothing otherwise, nor when health itself can't be read. */
export function HealthHint() {
  const health = useSteady(useHealth());
  const [worst] = health?.reasons ?? [];
  if (health === undefined || health.verdict === 'OK') return null;
  const Icon = health.verdict === 'CRITICAL' ? IconUrgent : IconAlertTriangle;
  return (
    <Link to={paths.systemStatus} className={classes.hint} data-verdict={health.verdict}>
      <Icon size={18} aria-hidden className={classes.icon} />
      <span className={classes.words}>
        <strong>{health.verdict === 'CRITICAL' ? 'Critical' : 'Warning'}</strong>
        {worst && `: ${worst.message}`}
        {health.reasons.length > 1 && ` (and ${health.reasons.length - 1} more)`}
      </span>
      <span className={classes.way}>
        System status <IconArrowRight size={14} aria-hidden />
      </span>
    </Link>
  );
}
