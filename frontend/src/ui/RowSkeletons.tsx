import { Skeleton } from '@mantine/core';
import classes from './RowSkeletons.module.css';

interface Props {
  rows: number;
  /** Said to screen readers while the rows are on their way. */
  label: string;
}

/** Rows of the height that the real ones will have, so that nothing jumps. */
export function RowSkeletons({ rows, label }: Props) {
  return (
    <div role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never change places
        <div key={index} className={classes.row}>
          <Skeleton width={32} height={32} radius={8} />
          <div className={classes.lines}>
            <Skeleton width={`${42 - (index % 3) * 8}%`} height={14} />
            <Skeleton width={`${62 - (index % 4) * 7}%`} height={10} />
          </div>
        </div>
      ))}
    </div>
  );
}
