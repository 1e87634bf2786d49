import { Drawer } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router-dom';
import type { DialogProps } from '../../ui/useDialog';
import { NavList } from './NavList';

/** Everything that the navigation of a phone has no room for. */
export function MenuDrawer({ open, onClose }: DialogProps) {
  const { pathname } = useLocation();
  const openedAt = useRef(pathname);
  useEffect(() => {
    if (pathname === openedAt.current) return;
    openedAt.current = pathname;
    onClose();
  }, [pathname, onClose]);
  return (
    <Drawer
      opened={open}
      onClose={onClose}
      title="Menu"
      position="right"
      size="min(20rem, 88vw)"
      returnFocus={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
      attributes={{ header: { role: 'presentation' } }}
    >
      <nav aria-label="All pages" data-nav="wide">
        <NavList />
      </nav>
    </Drawer>
  );
}
