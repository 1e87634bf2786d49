import { Skeleton } from '@mantine/core';
import classes from './ChartSkeleton.module.css';
import { StillTrying } from './StillTrying';

interface Props {
  height: number;
  /** Announced to screen readers while the chart loads. */
  label: string;
  /** How often loading it has failed. */
  failures?: number;
}

/** In place of a chart that is on its way, as high as it will be. */
export function ChartSkeleton({ height, label, failures = 0 }: Props) {
  return (
    <div role="status" aria-label={label} className={classes.chart}>
      <Skeleton height={height} />
      <div className={classes.late}>
        <StillTrying failures={failures} />
      </div>
    </div>
  );
}
