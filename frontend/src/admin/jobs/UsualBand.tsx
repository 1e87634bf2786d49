import classes from './UsualBand.module.css';
import type { Usual } from './usual-time';

/** A figure of a run as a mark on the band from p50 to p95; a sentence beside it gives the same. */
export function UsualBand({ value, usual: { p50, p95 } }: { value: number; usual: Usual }) {
  const whole = Math.max(value, p95, 1) * 1.05;
  const percent = (part: number) => `${(100 * part) / whole}%`;
  return (
    <div className={classes.scale} aria-hidden>
      <span className={classes.band} style={{ left: percent(p50), width: percent(p95 - p50) }} />
      <span className={classes.mark} style={{ left: percent(value) }} />
    </div>
  );
}
