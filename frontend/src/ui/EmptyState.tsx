import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './EmptyState.module.css';

interface Props {
  icon: TablerIcon;
  title: string;
  text: string;
  action?: ReactNode;
  /** Where it is a failure that nothing is there. */
  tone?: 'failed';
}

/** In place of a list that has nothing in it. */
export function EmptyState({ icon: Icon, title, text, action, tone }: Props) {
  return (
    <div className={classes.panel}>
      <span className={classes.icon} data-tone={tone} aria-hidden>
        <Icon size={22} stroke={1.75} />
      </span>
      <p className={classes.title}>{title}</p>
      <p className={classes.text}>{text}</p>
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}
