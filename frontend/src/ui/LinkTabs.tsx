import { Link } from 'react-router-dom';
import classes from './LinkTabs.module.css';

interface LinkTab {
  to: string;
  label: string;
  isCurrent: boolean;
  /** A number behind the label; nothing at 0. */
  count?: number;
}

/** On a phone, the last tabs of many lie beyond the edge; the current one is always in sight. */
function scrollIntoStrip(tab: HTMLElement | null): void {
  const strip = tab?.parentElement;
  if (!strip) return;
  const beyond = tab.getBoundingClientRect().right - strip.getBoundingClientRect().right;
  if (beyond > 0) strip.scrollLeft += beyond;
}

/** Sister pages beside each other, each at its own address. */
export function LinkTabs({ label, tabs }: { label: string; tabs: readonly LinkTab[] }) {
  return (
    <nav className={classes.tabs} aria-label={label}>
      {tabs.map(({ to, label: name, isCurrent, count = 0 }) => (
        <Link
          key={name}
          ref={isCurrent ? scrollIntoStrip : null}
          to={to}
          className={classes.tab}
          aria-current={isCurrent ? 'page' : undefined}
        >
          {name}
          {count > 0 && <span className={classes.count}>{count.toLocaleString('en')}</span>}
        </Link>
      ))}
    </nav>
  );
}
