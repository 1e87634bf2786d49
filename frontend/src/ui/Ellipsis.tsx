import classes from './Ellipsis.module.css';

/** Text in one line, cut where the room ends; whole on hover. */
export function Ellipsis({ text }: { text: string }) {
  return (
    <span className={classes.ellipsis} title={text}>
      {text}
    </span>
  );
}
