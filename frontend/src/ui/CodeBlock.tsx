import classes from './CodeBlock.module.css';

/** Text of a machine: a stack trace, JSON, a command. Long lines and many of them scroll within. */
export function CodeBlock({ label, text }: { label: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard
    <section className={classes.block} aria-label={label} tabIndex={0}>
      <pre className={classes.text}>{text}</pre>
    </section>
  );
}
