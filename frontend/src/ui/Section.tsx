import { Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './Section.module.css';
import { SectionBoundary } from './SectionBoundary';

interface Props {
  title: string;
  /** The page's own title, or its tab, has the same text: the section keeps its name for assistive technology alone. */
  isTitleHidden?: boolean;
  /** Beside the title: counts, a state. */
  aside?: ReactNode;
  actions?: ReactNode;
  /** A lasting class name that tests and style sheets of others may rely on. */
  className?: string;
  children: ReactNode;
}

/** A titled card. What breaks inside stays inside. */
export function Section({ title, isTitleHidden = false, aside, actions, className = '', children }: Props) {
  const titleId = useId();
  return (
    <section className={`${classes.section} ${className}`} aria-labelledby={titleId}>
      <div
        className={classes.header}
        data-bare={(isTitleHidden && !aside && !actions) || undefined}
        data-tight={(isTitleHidden && !actions) || undefined}
      >
        <div className={classes.heading}>
          <Title order={2} id={titleId} className={isTitleHidden ? 'visually-hidden' : undefined}>
            {title}
          </Title>
          {aside}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      <SectionBoundary name={title}>{children}</SectionBoundary>
    </section>
  );
}
