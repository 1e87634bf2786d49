import { useLive } from '../../api/live/LiveProvider';
import { useBadges } from '../../components/useBadges';
import { useHealth } from '../../components/useHealth';
import classes from './badges.module.css';

interface CountProps {
  count: number;
  /** What is counted, after the number: "running". */
  noun: string;
  tone?: 'neutral' | 'warning' | 'critical' | 'busy';
}

/** A number behind an item of the navigation; nothing at 0. */
function CountBadge({ count, noun, tone = 'neutral' }: CountProps) {
  if (count === 0) return null;
  return (
    <span className={classes.count} data-tone={tone} role="img" aria-label={`${count.toLocaleString('en')} ${noun}`}>
      {count.toLocaleString('en')}
    </span>
  );
}

/** How many runs are executed now. */
export function RunningBadge() {
  return <CountBadge count={useLive((live) => live.counts?.running ?? 0)} noun="running" />;
}

/** Kinds of browser errors that are new today. */
export function ErrorKindsBadge() {
  return <CountBadge count={useBadges()?.newErrorKinds ?? 0} noun="new kinds" tone="warning" />;
}

const verdictLabel = { OK: 'OK', WARNING: 'Warning', CRITICAL: 'Critical' } as const;

/** The verdict on the system's health as a dot. */
export function VerdictBadge() {
  const verdict = useHealth()?.verdict;
  if (verdict === undefined) return null;
  return <span className={classes.verdict} data-verdict={verdict} role="img" aria-label={verdictLabel[verdict]} />;
}
