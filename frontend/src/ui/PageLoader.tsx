import { Loader } from '@mantine/core';
import classes from './PageLoader.module.css';

/** While a page's code or the session is on its way. */
export function PageLoader() {
  return (
    <div className={classes.wait} role="status">
      <Loader aria-hidden />
      <span className="visually-hidden">Loading…</span>
    </div>
  );
}
