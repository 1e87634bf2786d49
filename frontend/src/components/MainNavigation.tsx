import { Link, useLocation } from 'react-router-dom';
import { paths } from '../paths';
import { useIsPhone } from '../ui/useIsPhone';
import { AdministrationMenu } from './AdministrationMenu';
import classes from './MainNavigation.module.css';

const places = [
  { to: paths.dashboard, label: 'Dashboard' },
  { to: paths.jobs, label: 'Jobs' },
  { to: paths.monitor, label: 'Monitor' },
  { to: paths.history, label: 'History' },
];
const system = { to: paths.systemStatus, label: 'System' };

/** The ways around: the places in a row, administration in a menu. A phone has no room for the last place, its menu has. */
export function MainNavigation() {
  const { pathname } = useLocation();
  const isPhone = useIsPhone();
  const shown = isPhone ? places : [...places, system];
  return (
    <nav aria-label="Main" className={classes.nav}>
      {shown.map(({ to, label }) => (
        <Link key={to} to={to} className={classes.place} aria-current={isCurrent(to, pathname) ? 'page' : undefined}>
          {label}
        </Link>
      ))}
      <AdministrationMenu pathname={pathname} moved={isPhone ? system : null} />
    </nav>
  );
}

// A run's own page belongs to Jobs, the two other lists do not.
function isCurrent(to: string, pathname: string): boolean {
  if (to !== paths.jobs) return pathname === to;
  return pathname.startsWith(paths.jobs) && pathname !== paths.monitor && pathname !== paths.history;
}
