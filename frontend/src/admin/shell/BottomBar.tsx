import { UnstyledButton } from '@mantine/core';
import { IconMenu2, IconSearch, type TablerIcon } from '@tabler/icons-react';
import { Link, useLocation } from 'react-router-dom';
import { paths } from '../../paths';
import { loadable } from '../../ui/loadable';
import { useDialog } from '../../ui/useDialog';
import classes from './BottomBar.module.css';
import { findItem, type NavItem, useNavGroups } from './nav-items';

const MenuDrawer = loadable(() => import('./MenuDrawer').then((module) => module.MenuDrawer));

/** The items that a phone shows at once, in reach of the thumb; the drawer has all of them. */
const shortcuts: readonly string[] = [paths.dashboard, paths.jobs, paths.alerts];

/** The navigation of a phone. */
export function BottomBar({ onSearch }: { onSearch: () => void }) {
  const { pathname } = useLocation();
  const items = useNavGroups().flatMap((group) => group.items);
  const current = findItem(items, pathname);
  const menu = useDialog(MenuDrawer);
  const shown = items.filter(({ to }) => shortcuts.includes(to));
  const isInMenu = current !== undefined && !shown.includes(current);
  return (
    <>
      <nav aria-label="Main" className={classes.bar}>
        {shown.slice(0, 2).map((item) => (
          <Item key={item.to} item={item} isCurrent={item === current} />
        ))}
        <UnstyledButton id="search" className={classes.item} aria-haspopup="dialog" onClick={onSearch}>
          <IconWithLabel icon={IconSearch} label="Search" />
        </UnstyledButton>
        {shown.slice(2).map((item) => (
          <Item key={item.to} item={item} isCurrent={item === current} />
        ))}
        <UnstyledButton
          className={classes.item}
          aria-haspopup="dialog"
          data-current={isInMenu || undefined}
          onClick={menu.open}
        >
          <IconWithLabel icon={IconMenu2} label="Menu" />
        </UnstyledButton>
      </nav>
      {menu.dialog}
    </>
  );
}

function Item({ item, isCurrent }: { item: NavItem; isCurrent: boolean }) {
  const { to, label, icon, Badge } = item;
  return (
    <Link to={to} className={classes.item} aria-current={isCurrent ? 'page' : undefined}>
      <IconWithLabel icon={icon} label={label} />
      {Badge && (
        <span className={classes.badge}>
          <Badge />
        </span>
      )}
    </Link>
  );
}

function IconWithLabel({ icon: Icon, label }: { icon: TablerIcon; label: string }) {
  return (
    <>
      <Icon size={22} stroke={1.75} aria-hidden />
      <span className={classes.label}>{label}</span>
    </>
  );
}
