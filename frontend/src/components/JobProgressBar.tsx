import classes from './JobProgressBar.module.css';

interface Props {
  /** 0 to 100; null while the run has not reported progress. */
  percent: number | null;
  label: string;
  tone?: 'running' | 'success' | 'failed' | 'cancelled' | 'queued';
}

/** How far a run is. Fills smoothly, unless motion is unwanted. */
export function JobProgressBar({ percent, label, tone = 'running' }: Props) {
  return (
    <div
      className={classes.track}
      data-tone={tone}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent === null ? undefined : Math.floor(percent)}
    >
      <div
        className={percent === null ? classes.unknown : classes.fill}
        style={percent === null ? undefined : { transform: `scaleX(${percent / 100})` }}
      />
    </div>
  );
}
