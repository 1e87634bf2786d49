import classes from './RunnerName.module.css';

/** Hosts of a fleet mostly begin alike, and differ before the number of the process. */
const TAIL_CHARS = 14;

/** A runner as `host:pid` in one line: of a long name the middle is cut, and the whole stands in its tooltip. */
export function RunnerName({ name }: { name: string }) {
  if (name.length <= 2 * TAIL_CHARS) return name;
  return (
    <span className={classes.name} title={name}>
      <span className={classes.head}>{name.slice(0, -TAIL_CHARS)}</span>
      {name.slice(-TAIL_CHARS)}
    </span>
  );
}
