import { UnstyledButton } from '@mantine/core';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import { paths } from '../../paths';
import { ProductMark } from '../../ui/ProductMark';
import { NavList } from './NavList';
import classes from './Sidebar.module.css';

interface Props {
  isIconsOnly: boolean;
  /** Absent where the window has no room for labels. */
  onToggle?: () => void;
}

/** The navigation at the left. */
export function Sidebar({ isIconsOnly, onToggle }: Props) {
  const label = isIconsOnly ? 'Expand the sidebar' : 'Collapse the sidebar';
  const Icon = isIconsOnly ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  return (
    <nav aria-label="Main" className={classes.sidebar} data-nav={isIconsOnly ? 'icons' : 'wide'}>
      <Link to={paths.dashboard} className={classes.mark} aria-label="Job Manager">
        <ProductMark />
        {!isIconsOnly && <span>Job Manager</span>}
      </Link>
      <div className={classes.items}>
        <NavList />
      </div>
      {onToggle && (
        <UnstyledButton className={classes.toggle} aria-label={label} title={`${label} ([)`} onClick={onToggle}>
          <Icon size={20} stroke={1.75} aria-hidden />
        </UnstyledButton>
      )}
    </nav>
  );
}
