import { Link } from 'react-router-dom';
import classes from './LinkTabs.module.css';

interface LinkTab {
  to: string;
  label: string;
  isCurrent: boolean;
  /** A number behind the label; nothing at 0. */
  count?: number;
}

/** Sister pages beside each other, each at its own address. */
export function LinkTabs({ label, tabs }: { label: string; tabs: readonly LinkTab[] }) {
  return (
    <nav className={classes.tabs} aria-label={label}>
      {tabs.map(({ to, label: name, isCurrent, count = 0 }) => (
        <Link key={name} to={to} className={classes.tab} aria-current={isCurrent ? 'page' : undefined}>
          {name}
          {count > 0 && <span className={classes.count}>{count.toLocaleString('en')}</span>}
        </Link>
      ))}
    </nav>
  );
}
