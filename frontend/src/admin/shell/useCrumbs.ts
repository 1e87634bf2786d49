import { useLocation } from 'react-router-dom';
import { type Crumb, useShownTrail } from '../../ui/page-trail';
import { useCurrentItem } from './nav-items';

/** The item of the navigation, then the page's own steps; a page that begins with the item itself gives its address. */
export function useCrumbs(): readonly Crumb[] {
  const { pathname } = useLocation();
  const item = useCurrentItem(pathname);
  const trail = useShownTrail();
  if (item === undefined || trail[0]?.label === item.label) return trail;
  return [{ label: item.label, to: item.to }, ...trail];
}

/** The steps that lie above each other. */
export const stepsOf = (crumbs: readonly Crumb[]): Crumb[] => crumbs.filter(({ isBeside }) => !isBeside);
