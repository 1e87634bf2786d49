import type { Permission } from '@job-manager/shared/permissions';
import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useAllowed } from '../../api/session';
import classes from './operations.module.css';

interface Props {
  title: string;
  icon: TablerIcon;
  /** Diagnoses, repairs, or takes something away. */
  kind: 'look' | 'repair' | 'destroy';
  text: string;
  /** What stands there to be done, such as "2 stuck". */
  count?: string;
  needs: readonly Permission[];
  /** What it takes, and the button. */
  children: ReactNode;
}

/** One act on many runs, with what it takes to do it. */
export function Tile({ title, icon: Icon, kind, text, count, needs, children }: Props) {
  const can = useAllowed();
  const missing = needs.find((permission) => !can(permission));
  return (
    <section className={classes.tile} data-kind={kind} aria-label={title}>
      <h3 className={classes.title}>
        <Icon size={18} aria-hidden />
        {title}
        {count !== undefined && <span className={classes.count}>{count}</span>}
      </h3>
      <p className={classes.text}>{text}</p>
      {missing === undefined ? (
        children
      ) : (
        <p className={classes.missing}>Needs the permission “{missing}”. A person who manages users can give it.</p>
      )}
    </section>
  );
}
