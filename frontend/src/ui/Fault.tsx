import classes from './Fault.module.css';

/** Why the last request failed. */
export function Fault({ children }: { children: string }) {
  return (
    <p className={classes.fault} role="alert">
      {children}
    </p>
  );
}
