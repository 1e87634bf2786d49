import classes from './Meter.module.css';

interface Props {
  /** Of `max`; beyond it the bar is full. */
  value: number;
  max: number;
  tone?: 'info' | 'warning' | 'failed';
}

/** How much of a limit is used, as a bar beside the figures, which have the same content. */
export function Meter({ value, max, tone = 'info' }: Props) {
  const percent = max <= 0 ? 0 : Math.min(100, (value / max) * 100);
  return (
    <span className={classes.track} aria-hidden>
      <span className={classes.bar} data-tone={tone} style={{ width: `${percent}%` }} />
    </span>
  );
}
