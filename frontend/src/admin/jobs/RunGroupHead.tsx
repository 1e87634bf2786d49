import { Button } from '@mantine/core';
import { useMayDo } from '../../components/bulk/useMayDo';
import type { RunGroup } from './active-groups';
import type { ListRow } from './list-rows';
import classes from './RunBoard.module.css';

export interface GroupHeadProps {
  group: RunGroup<ListRow>;
  /** Absent where none of them can be cancelled. */
  onCancelAll?: () => void;
}

/** Above the rows of a group: its name, how many they are, what holds all of them, and the cancel of all. */
export function RunGroupHead({ group, onCancelAll }: GroupHeadProps) {
  const { label, detail, rows } = group;
  const mayCancel = useMayDo('cancel');
  if (label === '') return null;
  return (
    <div className={classes.head}>
      <h3 className={classes.label}>{label}</h3>
      <span className={classes.count}>{rows.length.toLocaleString('en')}</span>
      {detail !== null && <span className={classes.detail}>{detail}</span>}
      {mayCancel && onCancelAll && (
        <Button variant="subtle" color="gray" size="compact-sm" className={classes.cancelAll} onClick={onCancelAll}>
          Cancel all in group…
        </Button>
      )}
    </div>
  );
}
