import { Link, useLocation } from 'react-router-dom';
import { useSession } from '../api/session';
import { paths } from '../paths';
import { ColorSchemeSwitch } from '../ui/ColorSchemeSwitch';
import { ProductMark } from '../ui/ProductMark';
import classes from './AppHeader.module.css';
import { UserMenu } from './UserMenu';

const places = [
  { to: paths.dashboard, label: 'Dashboard' },
  { to: paths.jobs, label: 'Jobs' },
  { to: paths.monitor, label: 'Monitor' },
  { to: paths.history, label: 'History' },
];

/** The product's name, the ways around, and whoever is signed in. */
export function AppHeader() {
  const { data: user } = useSession();
  const { pathname } = useLocation();
  return (
    <header className={classes.header}>
      <div className={classes.inner}>
        <Link to={paths.dashboard} className={classes.mark}>
          <ProductMark />
          Job Manager
        </Link>
        <nav aria-label="Main" className={classes.nav}>
          {places.map(({ to, label }) => (
            <Link
              key={to}
              to={to}
              className={classes.place}
              // A run's own page belongs to Jobs, the two other lists do not.
              aria-current={isCurrent(to, pathname) ? 'page' : undefined}
            >
              {label}
            </Link>
          ))}
        </nav>
        <div className={classes.tools}>
          <ColorSchemeSwitch />
          {user && <UserMenu user={user} />}
        </div>
      </div>
    </header>
  );
}

function isCurrent(to: string, pathname: string): boolean {
  if (to !== paths.jobs) return pathname === to;
  return pathname.startsWith(paths.jobs) && pathname !== paths.monitor && pathname !== paths.history;
}
