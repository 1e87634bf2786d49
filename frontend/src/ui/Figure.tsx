import type { ReactNode } from 'react';
import classes from './Figure.module.css';

interface Props {
  label: string;
  value: ReactNode;
  /** How it has changed, beside it. */
  aside?: ReactNode;
}

/** A number of a card, with its name above. */
export const Figure = ({ label, value, aside }: Props) => (
  <>
    <span className={classes.label}>{label}</span>
    <span className={classes.figures}>
      <span className={classes.value}>{value}</span>
      <span className={classes.aside}>{aside}</span>
    </span>
  </>
);
