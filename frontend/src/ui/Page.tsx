import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { usePageTitle } from './document-title';
import classes from './Page.module.css';

interface Props {
  title: string;
  /** One line below the title. */
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page below the header: its title, here and in the tab, and its sections. */
export function Page({ title, lead, actions, children }: Props) {
  usePageTitle(title);
  return (
    <div className={classes.page}>
      <div className={classes.header}>
        <div>
          <Title order={1}>{title}</Title>
          {lead && <p className={classes.lead}>{lead}</p>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}
