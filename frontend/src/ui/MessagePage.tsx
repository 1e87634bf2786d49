import { Title } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { usePageTitle } from './document-title';
import classes from './MessagePage.module.css';

interface Props {
  icon: TablerIcon;
  title: string;
  text: ReactNode;
  children?: ReactNode;
}

/** A page with a single message. */
export function MessagePage({ icon: Icon, title, text, children }: Props) {
  usePageTitle(title);
  return (
    <main id="content" className={classes.page} tabIndex={-1}>
      <span className={classes.icon} aria-hidden>
        <Icon size={28} stroke={1.75} />
      </span>
      <Title order={1}>{title}</Title>
      <p className={classes.text}>{text}</p>
      {children && <div className={classes.actions}>{children}</div>}
    </main>
  );
}
