import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Banner.module.css';

interface Props {
  icon: TablerIcon;
  title?: string;
  children: ReactNode;
  actions?: ReactNode;
}

/** Something that wants attention without stopping the reader. */
export function Banner({ icon: Icon, title, children, actions }: Props) {
  return (
    <div className={classes.banner} role="status">
      <Icon size={20} stroke={1.75} className={classes.icon} aria-hidden />
      <div className={classes.words}>
        {title && <p className={classes.title}>{title}</p>}
        <p className={classes.text}>{children}</p>
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
