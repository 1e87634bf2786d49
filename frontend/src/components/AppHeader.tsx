import { Link } from 'react-router-dom';
import { useSession } from '../api/session';
import { paths } from '../paths';
import { ColorSchemeSwitch } from '../ui/ColorSchemeSwitch';
import { ProductMark } from '../ui/ProductMark';
import classes from './AppHeader.module.css';
import { MainNavigation } from './MainNavigation';
import { UserMenu } from './UserMenu';

/** The product's name, the ways around, and whoever is signed in. */
export function AppHeader() {
  const { data: user } = useSession();
  return (
    <header className={classes.header}>
      <div className={classes.inner}>
        <Link to={paths.dashboard} className={classes.mark}>
          <ProductMark />
          Job Manager
        </Link>
        <MainNavigation />
        <div className={classes.tools}>
          <ColorSchemeSwitch />
          {user && <UserMenu user={user} />}
        </div>
      </div>
    </header>
  );
}
