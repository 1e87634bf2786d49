import classes from './SkipLinks.module.css';

/** The first stops of the Tab key: past the header, and past a long list of active jobs. */
export function SkipLinks() {
  return (
    <nav className={classes.links} aria-label="Skip">
      <button type="button" className={classes.link} onClick={() => skipTo('#content')}>
        Skip to content
      </button>
      <button type="button" className={classes.link} onClick={() => skipTo('.job-history')}>
        Skip to job history
      </button>
    </nav>
  );
}

/** Buttons rather than links: a changed hash would be a change of address, and the address holds the state. */
function skipTo(selector: string): void {
  const target = document.querySelector<HTMLElement>(selector) ?? document.querySelector<HTMLElement>('#content');
  target?.setAttribute('tabindex', '-1');
  target?.focus();
}
