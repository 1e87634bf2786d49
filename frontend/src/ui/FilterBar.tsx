import type { ReactNode } from 'react';
import classes from './FilterBar.module.css';

/** Fields above a list that narrow it; on a phone each takes the whole width. */
export function FilterBar({ children }: { children: ReactNode }) {
  return <div className={classes.bar}>{children}</div>;
}
