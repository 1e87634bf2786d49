import classes from './Fault.module.css';

/** Why what was just asked for was not done. */
export function Fault({ children }: { children: string }) {
  return (
    <p className={classes.fault} role="alert">
      {children}
    </p>
  );
}
