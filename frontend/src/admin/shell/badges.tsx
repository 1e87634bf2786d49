import { useLive } from '../../api/live/LiveProvider';
import { useBadges } from '../../components/useBadges';
import { useHealth } from '../../components/useHealth';
import { useOpenIncidents } from '../../components/useOpenIncidents';
import classes from './badges.module.css';

interface CountProps {
  count: number;
  /** The word after the number: "running". */
  noun?: string;
  /** Instead of number and noun, for screen readers and on hover. */
  label?: string;
  tone?: 'neutral' | 'warning' | 'critical' | 'busy';
}

/** A number behind an item of the navigation; nothing at 0. */
function CountBadge({ count, noun, label, tone = 'neutral' }: CountProps) {
  if (count === 0) return null;
  return (
    <span
      className={classes.count}
      data-tone={tone}
      role="img"
      aria-label={label ?? `${count.toLocaleString('en')} ${noun}`}
      title={label}
    >
      {count.toLocaleString('en')}
    </span>
  );
}

/** How many runs are executed now. */
export function RunningBadge() {
  return <CountBadge count={useLive((live) => live.counts?.running ?? 0)} noun="running" />;
}

/** Incidents that are open; red where one is critical. */
export function IncidentsBadge() {
  const { open, critical } = useOpenIncidents();
  return <CountBadge count={open} noun="open" tone={critical > 0 ? 'critical' : 'warning'} />;
}

/** Kinds of browser errors that are new today. */
export function ErrorKindsBadge() {
  return <CountBadge count={useBadges()?.newErrorKinds ?? 0} noun="new kinds" tone="warning" />;
}

/** Jobs of which nothing starts. */
export function PausedJobsBadge() {
  return <CountBadge count={useBadges()?.pausedJobs ?? 0} noun="paused" tone="warning" />;
}

/** Schedules that cannot queue runs. */
export function ScheduleProblemsBadge() {
  return <CountBadge count={useBadges()?.scheduleProblems ?? 0} noun="with a problem" tone="warning" />;
}

/** Runners that live; red where there is none. */
export function RunnersBadge() {
  const alive = useBadges()?.runners;
  if (alive === 0)
    return (
      <span className={classes.count} data-tone="critical" role="img" aria-label="None alive">
        0
      </span>
    );
  return <CountBadge count={alive ?? 0} noun="alive" />;
}

/** Channels whose runs wait longer than they should, or for as long as it is paused. */
export function WaitingChannelsBadge() {
  const { late, paused } = useBadges()?.channels ?? { late: 0, paused: 0 };
  const parts = [late > 0 && `${late} over target`, paused > 0 && `${paused} paused with due runs`].filter(Boolean);
  return <CountBadge count={late + paused} label={parts.join(', ')} tone={late > 0 ? 'critical' : 'warning'} />;
}

const verdictLabel = { OK: 'OK', WARNING: 'Warning', CRITICAL: 'Critical' } as const;

/** The verdict on the system's health as a dot. */
export function VerdictBadge() {
  const verdict = useHealth()?.verdict;
  if (verdict === undefined) return null;
  return <span className={classes.verdict} data-verdict={verdict} role="img" aria-label={verdictLabel[verdict]} />;
}
