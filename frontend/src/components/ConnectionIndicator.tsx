import { useLive } from '../api/live/LiveProvider';
import classes from './ConnectionIndicator.module.css';

/** "Live" while the socket tells what happens, "Reconnecting…" while it doesn't. */
export function ConnectionIndicator() {
  const status = useLive((live) => live.status);
  const isLive = status === 'live';
  const label = isLive ? 'Live' : status === 'connecting' ? 'Connecting…' : 'Reconnecting…';
  return (
    <span className={classes.pill} data-live={isLive} role="status" aria-label={`Real-time updates: ${label}`}>
      <span className={classes.dot} aria-hidden />
      {label}
    </span>
  );
}
