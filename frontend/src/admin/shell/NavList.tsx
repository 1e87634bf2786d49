import { UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'react-router-dom';
import classes from './NavList.module.css';
import { findItem, type NavGroup, type NavItem, useNavGroups } from './nav-items';

/** All items in their groups, as the sidebar and the phone's drawer show them. */
export function NavList() {
  const { pathname } = useLocation();
  const groups = useNavGroups();
  const current = findItem(
    groups.flatMap(({ items }) => items),
    pathname,
  );
  return groups.map((group) => <Group key={group.label} group={group} current={current} />);
}

function Group({ group, current }: { group: NavGroup; current: NavItem | undefined }) {
  const { label, isFolded = false, items } = group;
  const [isOpened, setOpened] = useState(!isFolded);
  const isOpen = isOpened || items.some(({ to }) => to === current?.to);
  return (
    <div className={classes.group}>
      {label !== null &&
        (isFolded ? (
          <UnstyledButton className={classes.fold} aria-expanded={isOpen} onClick={() => setOpened(!isOpen)}>
            <span>{label}</span>
            <IconChevronDown size={14} aria-hidden className={classes.chevron} />
          </UnstyledButton>
        ) : (
          <div className={classes.caption}>{label}</div>
        ))}
      <ul className={classes.list} data-closed={!isOpen || undefined}>
        {items.map((item) => (
          <li key={item.to}>
            <Item item={item} isCurrent={item.to === current?.to} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Item({ item, isCurrent }: { item: NavItem; isCurrent: boolean }) {
  const { to, label, icon: Icon, key, Badge } = item;
  return (
    <Link to={to} className={classes.item} aria-current={isCurrent ? 'page' : undefined} title={`${label} (g ${key})`}>
      <Icon size={20} stroke={1.75} aria-hidden className={classes.icon} />
      <span className={classes.label}>{label}</span>
      {Badge && (
        <span className={classes.badge}>
          <Badge />
        </span>
      )}
    </Link>
  );
}
