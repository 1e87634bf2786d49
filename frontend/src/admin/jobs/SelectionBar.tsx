import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { TickedRows } from '../../components/ticks';
import { CopyButton } from '../../ui/CopyButton';
import classes from './SelectionBar.module.css';

interface Props {
  ticks: TickedRows;
  /** The choice that replaces the ticked runs. */
  chosen?: string;
  children: ReactNode;
}

/** What can be done with the ticked runs of a list, below it. */
export function SelectionBar({ ticks, chosen, children }: Props) {
  const ids = [...ticks.ids];
  return (
    <section className={classes.bar} aria-label="Ticked runs">
      <span className={classes.count} aria-live="polite">
        {chosen ?? `${ids.length.toLocaleString('en')} chosen`}
      </span>
      {children}
      {chosen === undefined && <CopyButton text={() => ids.join('\n')} label="Copy ids" size="compact-sm" />}
      <Button variant="subtle" color="gray" size="compact-sm" data-key="Escape" onClick={ticks.clear}>
        Clear
      </Button>
    </section>
  );
}
