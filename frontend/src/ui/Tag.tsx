import type { ReactNode } from 'react';
import classes from './Tag.module.css';

export type TagTone = 'neutral' | 'info' | 'success' | 'warning' | 'failed';

/** A short label in a tinted frame. */
export function Tag({ tone = 'neutral', title, children }: { tone?: TagTone; title?: string; children: ReactNode }) {
  return (
    <span className={classes.tag} data-tone={tone} title={title}>
      {children}
    </span>
  );
}
