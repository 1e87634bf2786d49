import type { ReactNode } from 'react';
import classes from './Ellipsis.module.css';

interface Props {
  text: string;
  /** The same as more than text, such as a link. */
  children?: ReactNode;
}

/** Text in one line, cut where the room ends; whole on hover. */
export function Ellipsis({ text, children = text }: Props) {
  return (
    <span className={classes.ellipsis} title={text}>
      {children}
    </span>
  );
}
