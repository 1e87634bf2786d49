import { Title } from '@mantine/core';
import type { ReactNode, Ref } from 'react';
import { usePageTitle } from './document-title';
import classes from './Page.module.css';
import { type Crumb, usePageTrail } from './page-trail';

interface Props {
  title: string;
  /** To give the title the focus. */
  titleRef?: Ref<HTMLHeadingElement>;
  /** Names the page in the tab where the title alone would not. */
  tabTitle?: string;
  /** The steps to this page below the navigation's item; its title where nothing else is given. */
  trail?: readonly Crumb[];
  /** One line below the title. */
  lead?: ReactNode;
  /** Links to the sister pages, beside the title. */
  tabs?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page of the panel: its title, here and in the browser's tab, and its sections. */
export function Page({ title, titleRef, tabTitle = title, trail, lead, tabs, actions, children }: Props) {
  usePageTitle(tabTitle);
  usePageTrail(trail ?? [{ label: title }]);
  return (
    <div className={classes.page}>
      <div className={classes.header}>
        <div className={classes.heading}>
          <Title
            order={1}
            ref={titleRef}
            tabIndex={titleRef ? -1 : undefined}
            className={titleRef ? classes.focusable : undefined}
          >
            {title}
          </Title>
          {lead && <p className={classes.lead}>{lead}</p>}
        </div>
        {tabs}
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}
