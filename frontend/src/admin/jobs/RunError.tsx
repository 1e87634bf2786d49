import type { ReactNode } from 'react';
import { CopyButton } from '../../ui/CopyButton';
import classes from './RunDetails.module.css';

interface Props {
  error: string;
  stack: string | null;
  /** What failed, where there are several. */
  of?: string;
  /** Why no further attempt follows. */
  note?: string;
  /** Below the error, above its stack. */
  children?: ReactNode;
}

/** Why a run or an attempt failed, and where in the code. */
export function RunError({ error, stack, of, note, children }: Props) {
  const title = of === undefined ? 'Error' : `Error of ${of}`;
  return (
    <section className={classes.error} aria-label={title}>
      <div className={classes.errorHead}>
        <h3 className={classes.errorTitle}>{title}</h3>
        <CopyButton text={copied(error, stack)} label="Copy" size="compact-sm" description={`Copy ${title}`} />
      </div>
      <p className={classes.errorText}>{error}</p>
      {note && <p className={classes.errorNote}>No further attempt: {note}</p>}
      {children}
      {stack && (
        <details>
          <summary className={classes.summary}>Stack trace</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard */}
          <pre className={classes.stack} tabIndex={0}>
            {stack}
          </pre>
        </details>
      )}
    </section>
  );
}

/** Most stacks begin with the error itself. */
function copied(error: string, stack: string | null): string {
  if (stack === null) return error;
  return stack.includes(error) ? stack : `${error}\n${stack}`;
}
