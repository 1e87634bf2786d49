import classes from './RunDetails.module.css';

interface Props {
  error: string;
  stack: string | null;
  /** What failed, where there are several. */
  of?: string;
}

/** Why a run or an attempt failed, and where in the code. */
export function RunError({ error, stack, of }: Props) {
  return (
    <section className={classes.error} aria-label={of === undefined ? 'Error' : `Error of ${of}`}>
      <h3 className={classes.errorTitle}>{of === undefined ? 'Error' : `Error of ${of}`}</h3>
      <p className={classes.errorText}>{error}</p>
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
