import classes from './ErrorMessage.module.css';

/** Why the last request failed. */
export function ErrorMessage({ children }: { children: string }) {
  return (
    <p className={classes.error} role="alert">
      {children}
    </p>
  );
}
