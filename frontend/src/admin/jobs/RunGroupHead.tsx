import type { RunGroup } from './active-groups';
import type { ListRow } from './list-rows';
import classes from './RunBoard.module.css';

/** Above the rows of a group: its name, how many they are, and what holds all of them. */
export function RunGroupHead({ group: { label, detail, rows } }: { group: RunGroup<ListRow> }) {
  if (label === '') return null;
  return (
    <div className={classes.head}>
      <h3 className={classes.label}>{label}</h3>
      <span className={classes.count}>{rows.length.toLocaleString('en')}</span>
      {detail !== null && <span className={classes.detail}>{detail}</span>}
    </div>
  );
}
