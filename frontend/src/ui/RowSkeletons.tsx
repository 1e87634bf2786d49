import { Skeleton } from '@mantine/core';
import classes from './RowSkeletons.module.css';
import { StillTrying } from './StillTrying';

interface Props {
  rows: number;
  /** Announced to screen readers while the rows load. */
  label: string;
  /** Rows of a table, with one line each. */
  isDense?: boolean;
  /** How often loading them has failed. */
  failures?: number;
}

/** Rows of the height that the real ones will have, so that nothing jumps. */
export function RowSkeletons({ rows, label, isDense = false, failures = 0 }: Props) {
  return (
    <div role="status" aria-label={label} className={classes.rows}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never change places
        <div key={index} className={classes.row} data-dense={isDense || undefined}>
          <Skeleton width={isDense ? 24 : 32} height={isDense ? 24 : 32} radius={isDense ? 6 : 8} />
          <div className={classes.lines}>
            <Skeleton width={`${42 - (index % 3) * 8}%`} height={14} />
            {!isDense && <Skeleton width={`${62 - (index % 4) * 7}%`} height={10} />}
          </div>
        </div>
      ))}
      <div className={classes.late}>
        <StillTrying failures={failures} />
      </div>
    </div>
  );
}
