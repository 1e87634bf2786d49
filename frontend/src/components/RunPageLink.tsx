import type { CSSProperties, PropsWithChildren } from 'react';
import { Link } from 'react-router-dom';
import { paths, type RunTab } from '../paths';
import { noteList } from './list-return';

interface Props {
  jobRunId: string;
  tab?: RunTab;
  className?: string;
  /** For screen readers, where the text is not enough. */
  label?: string;
  title?: string;
  tabIndex?: number;
  style?: CSSProperties;
  /** The run that is shown already. */
  isCurrent?: boolean;
}

/** Leads to a run's page, which leads back to the list as it is now. */
export function RunPageLink({ jobRunId, tab, label, isCurrent = false, children, ...rest }: PropsWithChildren<Props>) {
  return (
    <Link
      to={paths.run(jobRunId, tab)}
      onClick={noteList}
      aria-label={label}
      aria-current={isCurrent ? 'page' : undefined}
      {...rest}
    >
      {children}
    </Link>
  );
}
